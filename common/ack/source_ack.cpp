#include "common/ack/source_ack.hpp"

#include "common/base/check.hpp"
#include "common/base/error.hpp"
#include "common/io/locked_file.hpp"
#include "common/log/log.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <set>

#include <climits>

namespace cdckit::ack {

namespace {

using base::ErrorKind;

constexpr std::chrono::seconds kPollInterval{1};

ErrorKind kind_of(int error_number) {
  return error_number == EACCES || error_number == EPERM ? ErrorKind::permission : ErrorKind::io;
}

// Nothing when there is no such file.
std::optional<std::string> content_of(io::System& system, const std::string& path) {
  const io::FileDescriptor file(system.open(path, O_RDONLY));
  if (!file.is_open()) {
    if (errno == ENOENT) return std::nullopt;
    const auto error =
        base::system_error(kind_of(errno), "could not read ack file \"" + path + "\"", errno);
    throw base::Error(
        error.kind(),
        error.what(),
        "Source and sink both need it: do they run as users that may read each other's files?");
  }
  return io::read_all(system, file.get(), path);
}

// A rename is seen before it is on disk: what is confirmed for it must not be asked for again by
// the older file that a power cut brings back. Where it cannot be synced the sink's own sync has to
// do.
void make_durable(io::System& system, const std::string& path) {
  const io::FileDescriptor file(system.open(path, O_RDONLY));
  if (file.is_open()) (void)system.fsync(file.get());
  const io::FileDescriptor folder(system.open(io::folder_of(path), O_RDONLY | O_DIRECTORY));
  if (folder.is_open()) (void)system.fsync(folder.get());
}

// The same file has one name, whatever path leads to it; the file itself may not be there yet.
std::string place_of(const std::string& path) {
  std::array<char, PATH_MAX> folder{};
  const char* const real = ::realpath(io::folder_of(path).c_str(), folder.data());
  const std::string name = path.substr(path.rfind('/') + 1);
  return (real != nullptr ? std::string(real) : io::folder_of(path)) + "/" + name;
}

}  // namespace

SourceAck::SourceAck(std::vector<std::string> paths, io::System& system)
    : system_(system), paths_(std::move(paths)) {
  if (paths_.empty()) return;
  std::set<std::string> folders;
  for (const std::string& path : paths_) folders.insert(io::folder_of(path));
  // without a watch the poll once a second still finds the acks
  watch_ = system_.watch(folders);
}

void SourceAck::claim() {
  for (const std::string& path : paths_) {
    io::Claim claim = system_.claim("cdckit-ack:" + place_of(path));
    if (claim.holder != 0) {
      throw base::Error(
          ErrorKind::temporary,
          "could not wait for ack file \"" + path + "\": process " + std::to_string(claim.holder) +
              " does already",
          "Each source needs an ack file of its own; is the same command still running?");
    }
    claims_.push_back(std::move(claim));
    (void)content_of(system_, path);
  }
}

std::vector<std::optional<Record>> SourceAck::read_all() const {
  std::vector<std::optional<Record>> records;
  for (const std::string& path : paths_) {
    const auto content = content_of(system_, path);
    records.push_back(content ? parse(*content) : std::nullopt);
    if (!content || content->empty() || records.back()) continue;
    log::warning("\"" + path + "\" holds no acknowledgement, it counts as none");
  }
  return records;
}

// While running the sink may be about to repair it; what was believed stays so.
std::optional<Record> SourceAck::read_again(const std::string& path) {
  try {
    const auto content = content_of(system_, path);
    return content ? parse(*content) : std::nullopt;
  } catch (const base::Error& error) {
    if (!said_unreadable_) log::warning(error.what());
    said_unreadable_ = true;
    return std::nullopt;
  }
}

std::vector<std::string> SourceAck::waiting_for(const std::string& run, std::uint64_t seq) {
  std::vector<std::string> out;
  for (const std::string& path : paths_) {
    const auto record = read_again(path);
    if (!record || record->run != run || record->seq < seq) out.push_back(path);
  }
  return out;
}

std::optional<Record> SourceAck::poll(const std::string& run, std::uint64_t last_sent) {
  const auto now = system_.now();
  const bool changed = watch_.is_open() && system_.drain_watch(watch_.get());
  if (!changed && now - last_read_ < kPollInterval) return last_;
  last_read_ = now;
  std::optional<Record> lowest;
  for (const std::string& path : paths_) {
    std::optional<Record> record = read_again(path);
    if (!record || record->run != run || record->seq > last_sent) return last_;
    if (!lowest || record->seq < lowest->seq) lowest = std::move(record);
  }
  // a replaced file may be older than what was seen (restored, deleted and begun anew)
  if (lowest && (!last_ || lowest->seq > last_->seq)) {
    for (const std::string& path : paths_) make_durable(system_, path);
    last_ = std::move(lowest);
  }
  base::require_invariant(!last_ || (last_->run == run && last_->seq <= last_sent),
                          "only what this run has sent is believed");
  return last_;
}

}  // namespace cdckit::ack
