// One file of rows on its way to a folder: compressed as it grows, named once it is whole and on
// disk, gone without a trace otherwise. Throws cannot_create and io. One thread.
#pragma once

#include "common/compress/zstd.hpp"
#include "common/io/file_descriptor.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace cdckit::snow_put {

class LoadFile {
 public:
  // `path` must not be there yet.
  explicit LoadFile(std::string path);
  LoadFile(const LoadFile&) = delete;
  LoadFile& operator=(const LoadFile&) = delete;
  // Takes a file back that was not kept.
  ~LoadFile();

  void add_row(std::string_view line);
  void keep();
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_ + packed_.size(); }
  [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }

 private:
  void write();

  std::string path_;
  io::FileDescriptor file_;
  compress::ZstdWriter zstd_;
  std::string packed_;
  std::uint64_t bytes_ = 0;  // written
  std::uint64_t rows_ = 0;
  bool kept_ = false;
};

}  // namespace cdckit::snow_put
