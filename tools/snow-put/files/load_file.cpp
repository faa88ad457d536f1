#include "tools/snow-put/files/load_file.hpp"

#include "common/base/error.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>
#include <utility>

namespace cdckit::snow_put {
namespace {

constexpr std::size_t kPiece = 1U << 20U;
constexpr const char* kUnfinished = ".part";

[[noreturn]] void fail(base::ErrorKind kind, const std::string& what, const std::string& path) {
  throw base::Error(kind, "could not " + what + " \"" + path + "\": " + std::strerror(errno));
}

void sync_folder(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const io::FileDescriptor fd(
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.is_open() || ::fsync(fd.get()) != 0) fail(base::ErrorKind::io, "sync", folder);
}

}  // namespace

LoadFile::LoadFile(std::string path) : path_(std::move(path)) {
  const std::string part = path_ + kUnfinished;
  file_ = io::FileDescriptor(::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!file_.is_open()) fail(base::ErrorKind::cannot_create, "create", part);
}

LoadFile::~LoadFile() {
  if (!kept_) ::unlink((path_ + kUnfinished).c_str());
}

void LoadFile::write() {
  io::write_all(file_.get(), packed_, path_);
  bytes_ += packed_.size();
  packed_.clear();
}

void LoadFile::add_row(std::string_view line) {
  zstd_.append(line, packed_);
  ++rows_;
  if (packed_.size() >= kPiece) write();
}

void LoadFile::keep() {
  zstd_.finish(packed_);
  write();
  if (::fdatasync(file_.get()) != 0) fail(base::ErrorKind::io, "sync", path_);
  if (::rename((path_ + kUnfinished).c_str(), path_.c_str()) != 0)
    fail(base::ErrorKind::io, "name", path_);
  kept_ = true;
  sync_folder(path_);
}

}  // namespace cdckit::snow_put
