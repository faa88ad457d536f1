#include "common/ack/source_ack.hpp"

#include "common/base/error.hpp"
#include "common/io/locked_file.hpp"

#include <array>
#include <cerrno>
#include <set>
#include <sys/inotify.h>
#include <unistd.h>

namespace cdckit::ack {

namespace {

std::optional<Record> read_record(const std::string& path) {
  try {
    return parse(io::read_file(path));
  } catch (const base::Error&) {
    return std::nullopt;  // missing or unreadable: nothing acknowledged
  }
}

bool drain(int fd) {
  std::array<char, 4096> events{};
  bool any = false;
  while (::read(fd, events.data(), events.size()) > 0) any = true;
  return any;
}

constexpr std::chrono::seconds kPollInterval{1};

}  // namespace

SourceAck::SourceAck(std::vector<std::string> paths) : paths_(std::move(paths)) {
  if (paths_.empty()) return;
  inotify_ = io::FileDescriptor(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  std::set<std::string> folders;
  for (const std::string& path : paths_) folders.insert(io::folder_of(path));
  for (const std::string& folder : folders) {
    // without a watch the poll once a second still finds the acks
    if (inotify_.is_open())
      (void)::inotify_add_watch(inotify_.get(), folder.c_str(), IN_MOVED_TO | IN_CLOSE_WRITE);
  }
}

std::vector<std::optional<Record>> SourceAck::read_all() const {
  std::vector<std::optional<Record>> records;
  for (const std::string& path : paths_) records.push_back(read_record(path));
  return records;
}

std::optional<Record> SourceAck::poll(const std::string& run, std::uint64_t last_sent) {
  const auto now = std::chrono::steady_clock::now();
  const bool changed = inotify_.is_open() && drain(inotify_.get());
  if (!changed && now - last_read_ < kPollInterval) return last_;
  last_read_ = now;
  std::optional<Record> lowest;
  for (std::optional<Record>& record : read_all()) {
    if (!record || record->run != run || record->seq > last_sent) return last_;
    if (!lowest || record->seq < lowest->seq) lowest = std::move(record);
  }
  // a replaced file may be older than what was seen (restored, deleted and begun anew)
  if (lowest && (!last_ || lowest->seq > last_->seq)) last_ = std::move(lowest);
  return last_;
}

}  // namespace cdckit::ack
