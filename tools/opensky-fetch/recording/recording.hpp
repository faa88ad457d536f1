// What --replay plays: files of one answer a line, plain or compressed, or what --record wrote.
#pragma once

#include "common/io/file_descriptor.hpp"
#include "common/ndjson/reader.hpp"
#include "common/signals/stop.hpp"
#include "tools/opensky-fetch/recording/unpacked_file.hpp"
#include "tools/opensky-fetch/request/endpoint.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::opensky_fetch {

// The answers of one poll. Behind each there are ndjson::kPadding readable bytes.
struct RecordedPoll {
  std::optional<std::int64_t> polled{};  // Unix milliseconds; unknown for a line
  std::vector<std::string_view> answers{};
  std::string where{};  // FILE:LINE or FILE, for messages
};

// The files of one poll, or one file of lines.
struct RecordedFiles {
  std::optional<std::int64_t> polled{};
  std::vector<std::string> paths{};
};

// In playing order: the file itself, or of a folder first every .ndjson, .json and .zst by name,
// then what --record wrote for this endpoint by time. A poll of which a part is missing was never
// printed: it is left out. Throws unavailable when there is none.
std::vector<RecordedFiles> recorded_files(const std::string& path, Endpoint endpoint);

class Recording {
 public:
  // `path`: file, folder, or - for stdin.
  Recording(const std::string& path, Endpoint endpoint, signals::StopToken stop);
  // False at the end, and when a stop was requested. The poll is valid until the next call. Throws
  // unavailable, or data for what is cut off or no zstd.
  bool next(RecordedPoll& poll);

 private:
  bool next_line(RecordedPoll& poll);
  void open_lines(const std::string& path);
  void read_documents(const RecordedFiles& files, RecordedPoll& poll);

  signals::StopToken stop_;
  std::vector<RecordedFiles> files_;
  std::size_t next_file_ = 0;
  io::FileDescriptor fd_;
  std::unique_ptr<UnpackedFile> unpacked_;
  std::optional<ndjson::Reader> reader_;
  std::vector<std::string> documents_;
};

}  // namespace cdckit::opensky_fetch
