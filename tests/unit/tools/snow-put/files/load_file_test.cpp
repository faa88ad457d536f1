#include "tools/snow-put/files/load_file.hpp"

#include "common/base/error.hpp"
#include "common/io/file_descriptor.hpp"

#include <filesystem>
#include <string>
#include <unistd.h>

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("load-file-" + std::to_string(::getpid()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  [[nodiscard]] std::string file(const char* name) const { return (path / name).string(); }
};

}  // namespace

TEST_CASE("a file has its name once it is whole") {
  const Folder folder;
  const std::string path = folder.file("a.zst");
  {
    snow_put::LoadFile file(path);
    file.add_row("{\"A\":1}\n");
    file.add_row("{\"A\":2}\n");
    CHECK_FALSE(std::filesystem::exists(path));
    file.keep();
    CHECK(file.rows() == 2);
    CHECK(file.bytes() == std::filesystem::file_size(path));
  }
  CHECK(compress::zstd_decompress(io::read_file(path)) == "{\"A\":1}\n{\"A\":2}\n");
}

TEST_CASE("one that is not kept leaves nothing") {
  const Folder folder;
  {
    snow_put::LoadFile file(folder.file("b.zst"));
    file.add_row("{}\n");
    CHECK_FALSE(std::filesystem::is_empty(folder.path));
  }
  CHECK(std::filesystem::is_empty(folder.path));
}

TEST_CASE("a folder that is not there is an error that names the file") {
  CHECK_THROWS_AS(snow_put::LoadFile("/nonexistent/c.zst"), base::Error);
}
