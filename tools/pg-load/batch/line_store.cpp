#include "tools/pg-load/batch/line_store.hpp"

#include "common/base/error.hpp"
#include "common/io/temporary_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace cdckit::pg_load {
namespace {

struct RecordHead {
  std::uint64_t number;
  std::uint32_t mark;
  std::uint32_t length;
};

constexpr std::size_t kReadSize = 1U << 20U;

void read_exactly(int fd, char* into, std::size_t size, std::uint64_t offset) {
  while (size > 0) {
    const ssize_t got = ::pread(fd, into, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0)
      throw base::system_error(
          base::ErrorKind::io, "could not read temporary file", got == 0 ? EIO : errno);
    into += got;
    offset += static_cast<std::uint64_t>(got);
    size -= static_cast<std::size_t>(got);
  }
}

}  // namespace

void LineStore::append(const StoredLine& line) {
  const RecordHead head{line.number, line.mark, static_cast<std::uint32_t>(line.text.size())};
  char bytes[sizeof head];
  std::memcpy(bytes, &head, sizeof head);
  if (count_ % kStep == 0) places_.push_back(file_bytes_ + memory_.size());
  memory_.append(bytes, sizeof head);
  memory_.append(line.text);
  ++count_;
  bytes_ += line.text.size();
  if (memory_.size() > memory_limit_) return spill();
  prefetch(line.text.size());
}

// The next line will be about as long as this one. Memory of this size is in no near cache, and to
// wait for it with each line costs as much as all else that is done with the line.
void LineStore::prefetch(std::size_t size) const noexcept {
  constexpr std::size_t kCacheLine = 64;
  constexpr std::size_t kMost = 16;
  const char* at = memory_.data() + memory_.size() + kCacheLine;
  for (std::size_t i = 0; i < std::min(size / kCacheLine, kMost); ++i)
    __builtin_prefetch(at + i * kCacheLine, 1);
}

void LineStore::spill() {
  if (!file_.is_open())
    file_ = io::unnamed_file(folder_.empty() ? io::temporary_folder() : folder_);
  io::write_all(file_.get(), memory_, "temporary file");
  file_bytes_ += memory_.size();
  memory_.clear();
}

void LineStore::clear() {
  places_.clear();
  memory_.clear();
  file_.reset();
  file_bytes_ = 0;
  count_ = 0;
  bytes_ = 0;
}

std::size_t LineStore::visit_records(std::string_view bytes,
                                     std::uint64_t& index,
                                     std::uint64_t from,
                                     std::uint64_t to,
                                     const std::function<void(const StoredLine&)>& visit) const {
  std::size_t at = 0;
  RecordHead head{};
  while (at + sizeof head <= bytes.size() && index < to) {
    std::memcpy(&head, bytes.data() + at, sizeof head);
    if (at + sizeof head + head.length > bytes.size()) break;
    if (index >= from) visit({head.number, head.mark, bytes.substr(at + sizeof head, head.length)});
    at += sizeof head + head.length;
    ++index;
  }
  return at;
}

void LineStore::for_each(std::uint64_t from,
                         std::uint64_t to,
                         const std::function<void(const StoredLine&)>& visit) const {
  if (from >= count_) return;
  std::uint64_t index = from / kStep * kStep;
  std::uint64_t offset = places_[from / kStep];
  const std::uint64_t in_memory = offset > file_bytes_ ? offset - file_bytes_ : 0;
  std::string piece;
  std::size_t kept = 0;
  while (offset < file_bytes_ && index < to) {
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(kReadSize, file_bytes_ - offset));
    piece.resize(kept + size);
    read_exactly(file_.get(), piece.data() + kept, size, offset);
    offset += size;
    piece.erase(0, visit_records(piece, index, from, to, visit));
    kept = piece.size();
  }
  visit_records(std::string_view(memory_).substr(in_memory), index, from, to, visit);
}

}  // namespace cdckit::pg_load
