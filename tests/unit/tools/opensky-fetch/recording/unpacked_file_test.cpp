#include "tools/opensky-fetch/recording/unpacked_file.hpp"

#include "common/base/error.hpp"
#include "common/compress/zstd.hpp"
#include "tests/unit/tools/opensky-fetch/support.hpp"

#include <array>

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {
namespace {

std::string packed(const std::string& text) {
  std::string frame;
  compress::ZstdCompressor().compress(text, frame);
  return frame;
}

std::string read_all(UnpackedFile& file) {
  std::string out;
  std::array<char, 4096> piece{};
  while (const std::size_t count = io::read_some(file.fd(), piece, "test"))
    out.append(piece.data(), count);
  file.finish();
  return out;
}

}  // namespace

TEST_CASE("a file of several frames is read like a plain one, also one larger than a pipe") {
  const TemporaryFolder folder;
  const std::string large(1'000'000, 'x');
  UnpackedFile file(folder.write("a.zst", packed(large) + packed("end")));
  CHECK(read_all(file) == large + "end");
}

TEST_CASE("a reader may leave early") {
  const TemporaryFolder folder;
  const UnpackedFile file(folder.write("a.zst", packed(std::string(1'000'000, 'x'))));
  CHECK(file.fd() >= 0);
}

TEST_CASE("a damaged file is bad data at its end, by name; a missing one is unavailable") {
  const TemporaryFolder folder;
  const std::string whole = packed(std::string(1000, 'x') + "end");
  const std::string path = folder.write("cut.zst", whole.substr(0, whole.size() - 1));
  UnpackedFile file(path);
  CHECK_THROWS_WITH_AS((void)read_all(file), doctest::Contains(path.c_str()), base::Error);
  CHECK_THROWS_AS(UnpackedFile(folder.path() + "/none.zst"), base::Error);
}

}  // namespace cdckit::opensky_fetch
