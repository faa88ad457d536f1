#include "common/base/error.hpp"
#include "tests/simulation/world.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>

namespace cdckit::simulation {

using std::chrono::milliseconds;

namespace {

int fail(int error) {
  errno = error;
  return -1;
}

}  // namespace

void Process::pause_until(io::System::Time time) {
  if (killed) throw Killed();
  wakes_at = time;
  world_.yield(*this);
  waits_for.clear();
  if (killed) throw Killed();
}

void Process::pause() {
  if (killed) throw Killed();
  if (world_.one_in(2)) pause_until(world_.now);
}

io::System::Time Process::now() {
  return world_.now;
}

std::int64_t Process::unix_milliseconds() {
  return std::chrono::duration_cast<milliseconds>(world_.now.time_since_epoch()).count();
}

bool Process::ready(int fd) const {
  if (fd == kInput) return !world_.pipe.empty() || !world_.writer_open;
  if (fd == kWatch) return world_.files.changes() != seen_changes_;
  if (fd == kStop) return stopped;
  return fd == kDrained && world_.woken;
}

unsigned Process::wait_readable(std::initializer_list<int> fds, milliseconds wait) {
  const auto deadline = wait.count() < 0 ? io::System::Time::max() : world_.now + wait;
  pause();
  for (;;) {
    unsigned bits = 0;
    unsigned bit = 1;
    for (const int fd : fds) {
      if (fd >= 0 && ready(fd)) bits |= bit;
      bit <<= 1U;
    }
    if (bits != 0 || world_.now >= deadline) return bits;
    waits_for.assign(fds);
    pause_until(deadline);
  }
}

std::size_t Process::read_some(int fd, std::span<char> into, std::string_view /*source*/) {
  pause();
  if (Open* const open = file_of(fd)) {
    std::string content = open->file->content;
    if (world_.plant == Plant::stale_run_believed && number_ == 0 && !run.empty()) {
      const auto at = content.find("\"run\":\"");
      if (at != std::string::npos) content.replace(at + 7, content.find('"', at + 7) - at - 7, run);
    }
    const std::size_t count =
        std::min(into.size(), content.size() - std::min(open->read, content.size()));
    content.copy(into.data(), count, open->read);
    open->read += count;
    return count;
  }
  while (world_.pipe.empty()) {
    if (!world_.writer_open) return 0;
    (void)wait_readable({kInput}, milliseconds(-1));
  }
  const std::size_t most = std::min(into.size(), world_.pipe.size());
  const std::size_t count = world_.one_in(3) ? 1 + world_.random.below(most) : most;
  world_.pipe.copy(into.data(), count);
  world_.pipe.erase(0, count);
  return count;
}

Process::Open* Process::file_of(int fd) {
  const auto index = static_cast<std::size_t>(fd - kFirstFile);
  return fd >= kFirstFile && index < open_.size() ? &open_[index] : nullptr;
}

void Process::write_all(int fd, std::string_view bytes, std::string_view /*target*/) {
  pause();
  file_of(fd)->file->content.append(bytes);
}

int Process::open(const std::string& path, int flags) {
  pause();
  if ((flags & O_TMPFILE) == O_TMPFILE) return fail(EOPNOTSUPP);
  if ((flags & O_DIRECTORY) != 0) return kFolder;
  File file = world_.files.find(path);
  if (file != nullptr && (flags & O_EXCL) != 0) return fail(EEXIST);
  if (file == nullptr) {
    if ((flags & O_CREAT) == 0) return fail(ENOENT);
    file = std::make_shared<Inode>();
    world_.files.put(path, file);
  }
  open_.push_back({std::move(file), path});
  return kFirstFile + static_cast<int>(open_.size()) - 1;
}

int Process::fsync(int fd) {
  pause();
  if (world_.plant == Plant::ack_not_durable) return 0;
  if (fd == kFolder) {
    world_.files.sync_folder();
  } else {
    Inode& file = *file_of(fd)->file;
    file.synced = file.content;
  }
  return 0;
}

int Process::flock(int fd, int operation) {
  pause();
  Inode& file = *file_of(fd)->file;
  if (file.owner >= 0 && file.owner != number_) return fail(EWOULDBLOCK);
  if ((operation & LOCK_EX) != 0) file.owner = number_;
  return 0;
}

int Process::link(int /*fd*/, const std::string& /*path*/) {
  return fail(EOPNOTSUPP);
}

int Process::rename(const std::string& from, const std::string& to) {
  pause();
  const File file = world_.files.find(from);
  if (file == nullptr) return fail(ENOENT);
  // one step of the journal: never neither of the names
  world_.files.put(to, file);
  world_.files.remove(from);
  return 0;
}

int Process::unlink(const std::string& path) {
  if (killed) return -1;  // also on the way out of a fiber that was killed
  return world_.files.remove(path) ? 0 : fail(ENOENT);
}

io::System::Named Process::named(int fd, const std::string& path) {
  pause();
  const File file = world_.files.find(path);
  if (file == nullptr) return Named::nothing;
  return file == file_of(fd)->file ? Named::this_one : Named::another;
}

io::FileDescriptor Process::watch(const std::set<std::string>& /*folders*/) {
  return io::FileDescriptor(kWatch);
}

bool Process::drain_watch(int /*fd*/) {
  return std::exchange(seen_changes_, world_.files.changes()) != world_.files.changes();
}

io::Claim Process::claim(const std::string& /*name*/) {
  return {};
}

void SimulatedOutput::rethrow() const {
  if (failed())
    throw base::Error(base::ErrorKind::output_closed,
                      "could not write \"stdout\": its reader is gone");
}

bool SimulatedOutput::failed() const {
  return !world_.reader_open && world_.writer_open;
}

bool SimulatedOutput::reader_is_gone() const {
  return !world_.reader_open;
}

std::size_t SimulatedOutput::pending_bytes() const {
  return world_.queue.size();
}

void SimulatedOutput::clear_wake() {
  world_.woken = false;
}

void SimulatedOutput::submit() {
  process_.pause();
  rethrow();
  world_.queue += current_;
  current_.clear();
}

bool SimulatedOutput::wait_drained(milliseconds limit) {
  const auto deadline = world_.now + limit;
  for (;;) {
    rethrow();
    if (world_.queue.empty()) return true;
    if (world_.now >= deadline) return false;
    process_.pause_until(std::min(deadline, world_.now + milliseconds(5)));
  }
}

void SimulatedOutput::close() {
  submit();
  while (!wait_drained(milliseconds(1000))) {
  }
  world_.writer_open = false;
}

}  // namespace cdckit::simulation
