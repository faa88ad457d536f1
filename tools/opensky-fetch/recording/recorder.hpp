// --record: the answers of each poll as they came, one zstd file each, so that a replay prints what
// the run has printed.
#pragma once

#include "common/compress/zstd.hpp"
#include "tools/opensky-fetch/request/endpoint.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::opensky_fetch {

class Recorder {
 public:
  // Makes the folder. Throws cannot_create.
  Recorder(std::string folder, Endpoint endpoint);
  // The answers of one poll, at that instant (Unix milliseconds). Each file is whole or not there.
  void store(std::int64_t polled, const std::vector<std::string_view>& answers);
  // The poll stored last has not been printed.
  void discard();

 private:
  std::string folder_;
  Endpoint endpoint_;
  compress::ZstdCompressor compressor_;
  std::string frame_;
  std::int64_t last_ = 0;
  std::vector<std::string> stored_;  // of the last poll
};

}  // namespace cdckit::opensky_fetch
