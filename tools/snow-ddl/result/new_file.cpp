#include "tools/snow-ddl/result/new_file.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/io/file_descriptor.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>

#include <fmt/format.h>

namespace cdckit::snow_ddl {

void write_new_file(const std::string& path, const std::string& text) {
  std::error_code error;  // told by what follows
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  const io::FileDescriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!file.is_open())
    throw base::system_error(
        base::ErrorKind::cannot_create, fmt::format("could not write \"{}\"", path), errno);
  io::write_all(file.get(), text, path);
}

std::string file_part(const std::string& name) {
  std::string out = base::to_lower(name);
  std::replace_if(
      out.begin(), out.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return out;
}

}  // namespace cdckit::snow_ddl
