#include "tools/opensky-fetch/recording/recording.hpp"

#include "common/base/error.hpp"
#include "common/compress/zstd.hpp"
#include "common/log/log.hpp"
#include "tools/opensky-fetch/recording/recorded_name.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <map>
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

using Polls = std::map<std::int64_t, std::map<std::size_t, std::pair<std::string, RecordedName>>>;

void append_polls(std::vector<RecordedFiles>& files, const Polls& polls) {
  for (const auto& [polled, parts] : polls) {
    const RecordedName& name = parts.begin()->second.second;
    if (parts.size() != name.parts) {
      log::warning(fmt::format("left out \"{}\": parts of this poll are missing",
                               parts.begin()->second.first));
      continue;
    }
    RecordedFiles poll{polled, {}};
    for (const auto& part : parts) poll.paths.push_back(part.second.first);
    files.push_back(std::move(poll));
  }
}

std::string document(const std::string& path) {
  std::string text = io::read_file(path);
  if (path.ends_with(".zst")) {
    try {
      text = compress::zstd_decompress(text);
    } catch (const Error& error) {
      throw Error(error.kind(), fmt::format("could not read \"{}\": {}", path, error.what()));
    }
  }
  return text;
}

std::vector<RecordedFiles> files_in(const std::string& folder, Endpoint endpoint) {
  std::error_code error;
  std::vector<RecordedFiles> files;
  Polls polls;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string path = entry.path().string();
    const auto name = parse_file_name(entry.path().filename().string());
    if (name && name->endpoint == name_of(endpoint)) {
      polls[name->polled][name->part] = {path, *name};
    } else if (!name && is_recording(entry.path())) {
      files.push_back({std::nullopt, {path}});
    }
  }
  if (error)
    throw base::system_error(ErrorKind::unavailable, could_not_open(folder), error.value());
  std::sort(files.begin(), files.end(), [](const auto& one, const auto& other) {
    return one.paths < other.paths;
  });
  append_polls(files, polls);
  return files;
}

}  // namespace

std::vector<RecordedFiles> recorded_files(const std::string& path, Endpoint endpoint) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    const auto name = parse_file_name(fs::path(path).filename().string());
    if (name && name->parts == 1) return {{name->polled, {path}}};
    return {{std::nullopt, {path}}};
  }
  std::vector<RecordedFiles> files = files_in(path, endpoint);
  if (files.empty()) {
    throw Error(ErrorKind::unavailable,
                fmt::format("{}: there is no recording in it", could_not_open(path)));
  }
  return files;
}

Recording::Recording(const std::string& path, Endpoint endpoint, signals::StopToken stop)
    : stop_(stop), files_(recorded_files(path, endpoint)) {}

bool Recording::next(RecordedPoll& poll) {
  for (;;) {
    if (stop_.stop_requested()) return false;
    if (reader_) {
      if (next_line(poll)) return true;
      if (reader_) return false;  // stopped in the middle
      continue;
    }
    if (next_file_ == files_.size()) return false;
    const RecordedFiles& files = files_[next_file_++];
    if (files.polled) {
      read_documents(files, poll);
      return true;
    }
    open_lines(files.paths.front());
  }
}

void Recording::open_lines(const std::string& path) {
  int fd = -1;
  if (path.ends_with(".zst")) {
    unpacked_ = std::make_unique<UnpackedFile>(path);
    fd = unpacked_->fd();
  } else {
    fd_ = io::FileDescriptor(path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                         : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd_.is_open())
      throw base::system_error(ErrorKind::unavailable, could_not_open(path), errno);
    fd = fd_.get();
  }
  reader_.emplace(fd, path == "-" ? "stdin" : path, kLongestLine);
}

// False at the end of the file, which is closed then, and when a stop was requested.
bool Recording::next_line(RecordedPoll& poll) {
  ndjson::Line line;
  for (;;) {
    switch (reader_->next(line, std::chrono::milliseconds(-1), stop_.fd())) {
      case ndjson::ReadStatus::line:
        // a damaged file ends like a whole one: what it lacks is no snapshot
        if (!line.terminated && unpacked_) unpacked_->finish();
        poll = {std::nullopt, {line.text}, reader_->where(line.number)};
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
        if (unpacked_) unpacked_->finish();
        reader_.reset();
        unpacked_.reset();
        return false;
    }
  }
}

void Recording::read_documents(const RecordedFiles& files, RecordedPoll& poll) {
  documents_.clear();
  for (const std::string& path : files.paths) documents_.push_back(document(path));
  poll = {files.polled, {}, files.paths.front()};
  for (std::string& text : documents_) {
    const std::size_t size = text.size();
    text.append(ndjson::kPadding, '\0');
    poll.answers.push_back(std::string_view(text).substr(0, size));
  }
}

}  // namespace cdckit::opensky_fetch
