#include "tools/walcat/change/spool.hpp"

#include "common/base/error.hpp"
#include "common/io/temporary_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace cdckit::walcat {
namespace {

using base::ErrorKind;

constexpr std::size_t kBuffer = 256U << 10U;
constexpr const char* kHint = "Make room there, or name another folder with --spool-dir.";

// In front of each message.
struct Head {
  std::uint64_t start = 0;
  std::uint64_t size = 0;
};

std::string quoted(const std::string& folder) {
  return "\"" + folder + "\"";
}

[[noreturn]] void fail(ErrorKind kind, const std::string& what, int error_number) {
  throw base::Error(kind, what + ": " + std::strerror(error_number), kHint);
}

void write_to(int fd, std::string_view bytes, const std::string& folder) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(ErrorKind::io, "could not spool to " + quoted(folder), errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

SpoolReader::SpoolReader(io::FileDescriptor file, std::unordered_set<std::uint32_t> aborted)
    : file_(std::move(file)), aborted_(std::move(aborted)) {
  if (file_.is_open() && ::lseek(file_.get(), 0, SEEK_SET) != 0) {
    throw base::system_error(ErrorKind::io, "could not read the spool", errno);
  }
}

bool SpoolReader::next(SpooledMessage& message) {
  const auto bytes = take(sizeof(Head));
  if (bytes.empty()) return false;
  Head head;
  if (bytes.size() == sizeof head) std::memcpy(&head, bytes.data(), sizeof head);
  message = {.start = head.start, .bytes = take(head.size)};
  if (bytes.size() != sizeof head || message.bytes.size() != head.size) {
    throw base::Error(ErrorKind::io, "could not read the spool: it ends too early");
  }
  return true;
}

std::string_view SpoolReader::take(std::size_t size) {
  if (buffer_.size() - at_ < size) fill(size);
  const auto out = std::string_view(buffer_).substr(at_, size);
  at_ += out.size();
  return out;
}

void SpoolReader::fill(std::size_t size) {
  buffer_.erase(0, at_);
  at_ = 0;
  while (file_.is_open() && buffer_.size() < size) {
    const auto before = buffer_.size();
    buffer_.resize(std::max(size, kBuffer));
    const auto got =
        io::read_some(file_.get(), {buffer_.data() + before, buffer_.size() - before}, "the spool");
    buffer_.resize(before + got);
    if (got == 0) return;
  }
}

std::string Spool::default_folder() {
  return io::temporary_folder();
}

void Spool::open(std::uint32_t xid) {
  Entry& entry = entries_[xid];
  if (!entry.file.is_open()) entry.file = make_file();
  open_ = &entry;
}

void Spool::append(const SpooledMessage& message) {
  if (open_ == nullptr) throw base::Error(ErrorKind::bug, "could not spool: no block is open");
  const Head head{message.start, message.bytes.size()};
  buffer_.append(reinterpret_cast<const char*>(&head), sizeof head);
  buffer_.append(message.bytes);
  if (buffer_.size() >= kBuffer) flush();
}

void Spool::close() {
  flush();
  open_ = nullptr;
}

void Spool::flush() {
  if (open_ == nullptr) return;
  write_to(open_->file.get(), buffer_, folder_);
  open_->bytes += buffer_.size();
  bytes_ += buffer_.size();
  buffer_.clear();
}

void Spool::abort(std::uint32_t xid, std::uint32_t subxid) {
  if (xid == subxid) {
    forget(xid);
    return;
  }
  const auto entry = entries_.find(xid);
  if (entry != entries_.end()) entry->second.aborted.insert(subxid);
}

SpoolReader Spool::take(std::uint32_t xid) {
  const auto entry = entries_.find(xid);
  if (entry == entries_.end()) return {io::FileDescriptor(), {}};
  SpoolReader reader(std::move(entry->second.file), std::move(entry->second.aborted));
  forget(xid);
  return reader;
}

void Spool::forget(std::uint32_t xid) {
  const auto entry = entries_.find(xid);
  if (entry == entries_.end()) return;
  bytes_ -= entry->second.bytes;
  entries_.erase(entry);
}

io::FileDescriptor Spool::make_file() const {
  try {
    return io::unnamed_file(folder_);
  } catch (const base::Error& error) {
    throw base::Error(error.kind(), error.what(), kHint);
  }
}

}  // namespace cdckit::walcat
