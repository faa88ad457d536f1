#include "tools/opensky-fetch/recording/unpacked_file.hpp"

#include "common/base/error.hpp"
#include "common/compress/zstd.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <span>
#include <unistd.h>

#include <fmt/format.h>

namespace cdckit::opensky_fetch {
namespace {

using base::Error;
using base::ErrorKind;

std::string could_not_open(const std::string& path) {
  return fmt::format("could not open \"{}\"", path);
}

// A reader that has seen enough is an error of write(), not the end of the process.
void block_broken_pipe() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

}  // namespace

UnpackedFile::UnpackedFile(const std::string& path)
    : packed_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (!packed_.is_open())
    throw base::system_error(ErrorKind::unavailable, could_not_open(path), errno);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw base::system_error(ErrorKind::io, could_not_open(path), errno);
  reading_ = io::FileDescriptor(ends[0]);
  writing_ = io::FileDescriptor(ends[1]);
  thread_ = std::thread([this, path] { unpack(path); });
}

UnpackedFile::~UnpackedFile() {
  reading_.reset();
  if (thread_.joinable()) thread_.join();
}

void UnpackedFile::unpack(const std::string& path) {
  block_broken_pipe();
  try {
    compress::ZstdReader reader(
        [&](std::span<char> into) { return io::read_some(packed_.get(), into, path); });
    for (std::string_view piece = reader.next(); !piece.empty(); piece = reader.next()) {
      io::write_all(writing_.get(), piece, path);
    }
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::data) {
      failure_ = std::make_exception_ptr(
          Error(ErrorKind::data, fmt::format("could not read \"{}\": {}", path, error.what())));
    } else if (error.kind() != ErrorKind::output_closed) {
      failure_ = std::current_exception();
    }
  } catch (...) {
    failure_ = std::current_exception();
  }
  writing_.reset();
}

void UnpackedFile::finish() {
  if (thread_.joinable()) thread_.join();
  if (failure_) std::rethrow_exception(failure_);
}

}  // namespace cdckit::opensky_fetch
