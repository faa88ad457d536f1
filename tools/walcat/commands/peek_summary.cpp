// tested by tests/integration/walcat/test_commands.py::test_counts_by_transaction_and_by_table
// tested by tests/integration/walcat/test_commands.py::test_nothing_waits
#include "tools/walcat/commands/peek_summary.hpp"

#include "common/base/error.hpp"
#include "common/io/file_descriptor.hpp"
#include "common/ndjson/reader.hpp"
#include "common/ndjson/writer.hpp"
#include "tools/walcat/commands/peek_counter.hpp"

#include <array>
#include <cerrno>
#include <exception>
#include <fcntl.h>
#include <thread>
#include <unistd.h>

namespace cdckit::walcat {
namespace {

constexpr std::size_t kLongestLine = std::size_t{1} << 30U;

[[noreturn]] void throw_system(const char* what) {
  throw base::system_error(base::ErrorKind::io, std::string("could not ") + what, errno);
}

// While it lives, what goes to stdout goes through a pipe.
class StdoutPipe {
 public:
  StdoutPipe() : kept_(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)) {
    std::array<int, 2> ends{};
    if (kept_.get() < 0 || ::pipe2(ends.data(), O_CLOEXEC) != 0) throw_system("make a pipe");
    reader_ = io::FileDescriptor(ends[0]);
    const io::FileDescriptor writer(ends[1]);
    if (::dup2(writer.get(), STDOUT_FILENO) < 0) throw_system("put a pipe in stdout's place");
  }
  [[nodiscard]] int reader() const noexcept { return reader_.get(); }
  // The end of the lines; from now on stdout is what it was.
  void restore() noexcept { (void)::dup2(kept_.get(), STDOUT_FILENO); }

 private:
  io::FileDescriptor kept_;
  io::FileDescriptor reader_;
};

// Counts what comes until the end, on a thread of its own; join() throws what went wrong there.
class CountingThread {
 public:
  CountingThread(int reader, int output, bool table)
      : table_(table), out_(output, ndjson::Writer::Flush::when_full), thread_([this, reader] {
          try {
            count(reader);
          } catch (...) {
            failure_ = std::current_exception();
            drain(reader);
          }
        }) {}
  CountingThread(const CountingThread&) = delete;
  CountingThread& operator=(const CountingThread&) = delete;
  ~CountingThread() {
    if (thread_.joinable()) thread_.join();
  }
  void join() {
    thread_.join();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void count(int reader) {
    ndjson::Reader lines(reader, "peek", kLongestLine);
    ndjson::Line line;
    while (lines.next(line, std::chrono::milliseconds(-1)) == ndjson::ReadStatus::line)
      keep(counter_.take(line.text));
    keep(counter_.finish());
    if (!table_) return out_.flush();
    std::string text = summary_table(rows_);
    text.pop_back();  // the writer ends the line
    out_.write(text);
    out_.flush();
  }

  void keep(std::vector<TransactionCount> rows) {
    for (auto& row : rows) {
      if (table_) {
        rows_.push_back(std::move(row));
      } else {
        out_.write(summary_line(row));
      }
    }
  }

  // whoever writes must not wait for ever
  static void drain(int reader) {
    std::array<char, 65536> block{};
    while (::read(reader, block.data(), block.size()) > 0) {
    }
  }

  bool table_;
  ndjson::Writer out_;
  PeekCounter counter_;
  std::vector<TransactionCount> rows_;
  std::exception_ptr failure_;
  std::thread thread_;  // last: it uses the others
};

}  // namespace

base::ExitCode run_peek_summary(bool table, const std::function<base::ExitCode()>& peek) {
  const io::FileDescriptor output(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
  if (output.get() < 0) throw_system("write \"stdout\"");
  StdoutPipe pipe;
  CountingThread counting(pipe.reader(), output.get(), table);
  try {
    const base::ExitCode code = peek();
    pipe.restore();
    counting.join();
    return code;
  } catch (...) {
    pipe.restore();
    throw;
  }
}

}  // namespace cdckit::walcat
