#include "common/ndjson/reject_file.hpp"

#include "common/base/error.hpp"
#include "common/base/json_string.hpp"
#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace cdckit::ndjson {

namespace {

constexpr std::size_t kFull = 64U << 10U;

void append_text_or_null(std::string& out, std::string_view text) {
  if (text.empty()) {
    out += "null";
  } else {
    append_string(out, base::to_valid_utf8(text));
  }
}

// An earlier run was killed while it wrote: the next line must not be glued to its half.
bool ends_inside_line(const std::string& path) {
  const io::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  char last = '\n';
  return file.is_open() && ::lseek(file.get(), -1, SEEK_END) >= 0 &&
         ::read(file.get(), &last, 1) == 1 && last != '\n';
}

}  // namespace

RejectFile::RejectFile(std::string path, std::string tool)
    : path_(std::move(path)),
      tool_(std::move(tool)),
      fd_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
  if (!fd_.is_open()) {
    throw base::system_error(
        base::ErrorKind::cannot_create, "could not create \"" + path_ + "\"", errno);
  }
  if (ends_inside_line(path_)) pending_ = "\n";
}

void RejectFile::add(const Rejection& rejection) {
  std::string& out = pending_;
  out += R"({"tool":)";
  append_string(out, tool_);
  out += R"(,"source":)";
  append_string(out, base::to_valid_utf8(rejection.source));
  out += R"(,"line":)" + std::to_string(rejection.line) + R"(,"pos":)";
  append_text_or_null(out, rejection.pos);
  out += R"(,"reason":)";
  append_string(out, base::to_valid_utf8(rejection.reason));
  out += R"(,"code":)";
  append_text_or_null(out, rejection.code);
  out += R"(,"row":)";
  if (rejection.row_is_json) {
    out += rejection.row;
  } else {
    out += R"({"base64":")" + base::to_base64(rejection.row) + "\"}";
  }
  out += "}\n";
  ++count_;
  dirty_ = true;
  if (out.size() >= kFull) {
    io::write_all(fd_.get(), out, path_);
    out.clear();
  }
}

void RejectFile::sync() {
  if (!dirty_) return;
  io::write_all(fd_.get(), pending_, path_);
  pending_.clear();
  // a pipe or terminal cannot be synced, and says EINVAL
  if (::fdatasync(fd_.get()) != 0 && errno != EINVAL) {
    throw base::system_error(base::ErrorKind::io, "could not sync \"" + path_ + "\"", errno);
  }
  dirty_ = false;
}

}  // namespace cdckit::ndjson
