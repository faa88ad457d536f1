// doctest's own main, and `--processes=N`: the cases one by one by N processes side by side, for
// rooms whose cases wait for timers of others most of their time. What a process said is shown when
// a case of its failed.
#define DOCTEST_CONFIG_IMPLEMENT
#include <array>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <new>
#include <string_view>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

namespace {

unsigned cases = 0;  // that pass the filters, known after the first run

struct Counter : doctest::IReporter {
  explicit Counter(const doctest::ContextOptions& /*options*/) {}
  void test_run_end(const doctest::TestRunStats& stats) override {
    cases = stats.numTestCasesPassingFilters;
  }
  void report_query(const doctest::QueryData& /*data*/) override {}
  void test_run_start() override {}
  void test_case_start(const doctest::TestCaseData& /*data*/) override {}
  void test_case_reenter(const doctest::TestCaseData& /*data*/) override {}
  void test_case_end(const doctest::CurrentTestCaseStats& /*stats*/) override {}
  void test_case_exception(const doctest::TestCaseException& /*exception*/) override {}
  void subcase_start(const doctest::SubcaseSignature& /*signature*/) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData& /*data*/) override {}
  void log_message(const doctest::MessageData& /*data*/) override {}
  void test_case_skipped(const doctest::TestCaseData& /*data*/) override {}
};
REGISTER_LISTENER("counter", 1, Counter);

// 0 when no case failed.
int run_one(int argc, char** argv, unsigned number) {
  doctest::Context context(argc, argv);
  context.setOption("first", static_cast<int>(number));
  context.setOption("last", static_cast<int>(number));
  return context.run();
}

int run_shared(int argc, char** argv, std::atomic<unsigned>& next) {
  int failed = 0;
  do {
    failed |= run_one(argc, argv, next++);
  } while (next <= cases);
  return failed;
}

void show(std::FILE* file) {
  std::rewind(file);
  std::array<char, 4096> part{};
  for (std::size_t size = 1; size > 0;) {
    size = std::fread(part.data(), 1, part.size(), file);
    std::fwrite(part.data(), 1, size, stdout);
  }
}

int run_side_by_side(int argc, char** argv, unsigned processes) {
  void* shared = ::mmap(nullptr,
                        sizeof(std::atomic<unsigned>),
                        PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS,
                        -1,
                        0);
  if (shared == MAP_FAILED) return 1;
  auto& next = *new (shared) std::atomic<unsigned>(1);
  std::vector<std::FILE*> said;
  std::vector<pid_t> children;
  for (unsigned i = 0; i < processes; ++i) {
    said.push_back(std::tmpfile());
    children.push_back(::fork());
    if (children.back() == 0) {
      ::dup2(::fileno(said.back()), STDOUT_FILENO);
      ::dup2(::fileno(said.back()), STDERR_FILENO);
      std::_Exit(run_shared(argc, argv, next) == 0 && std::fflush(nullptr) == 0 ? 0 : 1);
    }
  }
  int failed = 0;
  for (std::size_t i = 0; i < children.size(); ++i) {
    int status = 0;
    ::waitpid(children[i], &status, 0);
    if (status == 0) continue;
    failed = 1;
    show(said[i]);
  }
  std::printf("%u cases were begun by %u processes: %s\n",
              next - 1,
              processes,
              failed == 0 ? "none failed" : "FAILED");
  return failed;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr std::string_view kFlag = "--processes=";
  unsigned processes = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word.starts_with(kFlag))
      std::from_chars(word.data() + kFlag.size(), word.data() + word.size(), processes);
  }
  if (processes > 0) return run_side_by_side(argc, argv, processes);
  return doctest::Context(argc, argv).run();
}
