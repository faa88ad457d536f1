#include "common/ndjson/writer.hpp"

#include "common/io/file_descriptor.hpp"

namespace cdckit::ndjson {

namespace {
constexpr std::size_t kFull = 64U << 10U;
}

void Writer::write(std::string_view json) {
  buffer_ += json;
  buffer_ += '\n';
  if (flush_ == Flush::every_line || buffer_.size() >= kFull) flush();
}

void Writer::flush() {
  // cleared first: after a failure the same lines must not be written again
  std::string lines;
  lines.swap(buffer_);
  io::write_all(fd_, lines, "stdout");
  lines.clear();
  buffer_.swap(lines);
}

}  // namespace cdckit::ndjson
