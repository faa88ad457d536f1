// libFuzzer's entry point with CDCKIT_FUZZ, else a main() that replays the files it is given.
#include "common/base/error.hpp"
#include "tests/fuzz/target.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

void run_one(std::string_view bytes) {
  try {
    fuzz_one(bytes);
  } catch (const cdckit::base::Error&) {
  }
}

}  // namespace

#ifdef CDCKIT_FUZZ
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  run_one({reinterpret_cast<const char*>(data), size});
  return 0;
}
#else
int main(int argc, char** argv) {
  int files = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), {}};
      // cut anywhere, a seed must be survived too
      for (std::size_t length = 0; length <= bytes.size(); ++length)
        run_one(std::string_view(bytes).substr(0, length));
      ++files;
    }
  }
  std::printf("%d inputs replayed\n", files);
  return files > 0 ? 0 : 1;
}
#endif
