#include "tools/opensky-fetch/recording/recorder.hpp"

#include "common/base/error.hpp"
#include "common/io/locked_file.hpp"
#include "tools/opensky-fetch/recording/recorded_name.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

namespace cdckit::opensky_fetch {

Recorder::Recorder(std::string folder, Endpoint endpoint)
    : folder_(std::move(folder)), endpoint_(endpoint) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) {
    throw base::system_error(base::ErrorKind::cannot_create,
                             fmt::format("could not make \"{}\"", folder_),
                             error.value());
  }
}

void Recorder::store(std::int64_t polled, const std::vector<std::string_view>& answers) {
  last_ = std::max(polled, last_ + 1);  // two polls never share a name
  stored_.clear();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    compressor_.compress(answers[i], frame_);
    const RecordedName name{std::string(name_of(endpoint_)), last_, i + 1, answers.size()};
    const std::string path = folder_ + "/" + file_name(name);
    io::replace_file(path, frame_, false);
    stored_.push_back(path);
  }
}

void Recorder::discard() {
  for (const std::string& path : stored_) {
    std::error_code error;
    std::filesystem::remove(path, error);
    if (error) {
      throw base::system_error(
          base::ErrorKind::io, fmt::format("could not remove \"{}\"", path), error.value());
    }
  }
  stored_.clear();
}

}  // namespace cdckit::opensky_fetch
