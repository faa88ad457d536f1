#include "tools/opensky-fetch/feed/replay_feed.hpp"

#include "common/base/error.hpp"
#include "common/compress/zstd.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/mman.h>
#include <unistd.h>

#include <fmt/format.h>

namespace cdckit::opensky_fetch {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorKind;

constexpr std::size_t kLongestLine = 256U << 20U;  // a snapshot of the whole sky is 2 MiB

bool is_recording(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".ndjson" || extension == ".json" || extension == ".zst";
}

std::string could_not_open(const std::string& path) {
  return fmt::format("could not open \"{}\"", path);
}

// The opened recording goes to memory behind a descriptor, so that it is read like any file.
io::FileDescriptor open_compressed(const std::string& path) {
  const std::string text = compress::zstd_decompress(io::read_file(path));
  io::FileDescriptor fd(::memfd_create("recording", MFD_CLOEXEC));
  if (!fd.is_open()) throw base::system_error(ErrorKind::io, could_not_open(path), errno);
  io::write_all(fd.get(), text, path);
  if (::lseek(fd.get(), 0, SEEK_SET) != 0)
    throw base::system_error(ErrorKind::io, could_not_open(path), errno);
  return fd;
}

io::FileDescriptor open_recording(const std::string& path) {
  if (path.ends_with(".zst")) return open_compressed(path);
  io::FileDescriptor fd(path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                    : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.is_open()) throw base::system_error(ErrorKind::unavailable, could_not_open(path), errno);
  return fd;
}

}  // namespace

std::vector<std::string> recorded_files(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return {path};
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    if (is_recording(entry.path())) files.push_back(entry.path().string());
  }
  if (error) throw base::system_error(ErrorKind::unavailable, could_not_open(path), error.value());
  if (files.empty())
    throw Error(ErrorKind::unavailable,
                fmt::format("{}: there is no recording in it", could_not_open(path)));
  std::sort(files.begin(), files.end());
  return files;
}

ReplayFeed::ReplayFeed(const Options& options, signals::StopToken stop, Pause pause)
    : options_(options),
      stop_(stop),
      pause_(std::move(pause)),
      answers_(options.endpoint),
      files_(recorded_files(options.replay)),
      ticks_(options.every.value_or(milliseconds(0))) {}

bool ReplayFeed::next_line(ndjson::Line& line) {
  for (;;) {
    if (!reader_) {
      if (next_file_ == files_.size()) return false;
      const std::string& path = files_[next_file_++];
      fd_ = open_recording(path);
      reader_.emplace(fd_.get(), path == "-" ? "stdin" : path, kLongestLine);
    }
    switch (reader_->next(line, std::chrono::milliseconds(-1), stop_.fd())) {
      case ndjson::ReadStatus::line:
        return !stop_.stop_requested();
      case ndjson::ReadStatus::too_long:
        throw Error(
            ErrorKind::data,
            reader_->where(line.number) + ": could not read snapshot: the line is too long");
      case ndjson::ReadStatus::interrupted:
        return false;
      case ndjson::ReadStatus::timeout:
        break;
      case ndjson::ReadStatus::end:
        reader_.reset();
        break;
    }
  }
}

bool ReplayFeed::next(const Deliver& deliver) {
  ndjson::Line line;
  if (!next_line(line)) return false;
  try {
    return play(answers_.read(line.text), deliver);
  } catch (const Malformed& error) {
    throw Error(
        ErrorKind::data,
        fmt::format("{}: could not read snapshot: {}", reader_->where(line.number), error.what()));
  }
}

bool ReplayFeed::play(const Part& part, const Deliver& deliver) {
  const Snapshot snapshot{part.time, {part.content}};
  if (is_over(snapshot)) return false;
  if (!ticks_.takes(snapshot.time * 1000)) return true;
  if (!wait_for_turn(snapshot.time)) return false;
  if (deliver(snapshot)) ++played_;
  return options_.count == 0 || played_ < options_.count;
}

// --for means recorded time here, so that the same command prints the same on any machine.
bool ReplayFeed::is_over(const Snapshot& snapshot) const {
  return options_.run_for.count() > 0 && first_time_ &&
         (snapshot.time - *first_time_) * 1000 >= options_.run_for.count();
}

bool ReplayFeed::wait_for_turn(std::int64_t time) {
  if (!first_time_) {
    first_time_ = time;
    started_ = Clock::now();
  }
  if (options_.speed <= 0) return true;
  const std::chrono::duration<double> offset(static_cast<double>(time - *first_time_) /
                                             options_.speed);
  const auto left = std::chrono::duration_cast<milliseconds>(started_ + offset - Clock::now());
  return left.count() <= 0 || !pause_(left);
}

}  // namespace cdckit::opensky_fetch
