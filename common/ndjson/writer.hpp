// Writes NDJSON lines to a descriptor, normally stdout, from the calling thread: for receipts and
// results. Sources with a hot path use io::OutputThread instead.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cdckit::ndjson {

class Writer {
 public:
  enum class Flush { every_line, when_full };
  Writer(int fd, Flush flush) noexcept : fd_(fd), flush_(flush) {}

  // `json` without its line break. Throws output_closed when the reader is gone, else io.
  void write(std::string_view json);
  void flush();

 private:
  int fd_;
  Flush flush_;
  std::string buffer_;
};

}  // namespace cdckit::ndjson
