// Zstandard frames in memory, with a context that is kept between calls. Throws bug for misuse,
// data for bytes that are no zstd frame.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace cdckit::compress {

class ZstdCompressor {
 public:
  explicit ZstdCompressor(int level = 3);
  ~ZstdCompressor();
  ZstdCompressor(const ZstdCompressor&) = delete;
  ZstdCompressor& operator=(const ZstdCompressor&) = delete;
  // Replaces `out` with one frame.
  void compress(std::string_view bytes, std::string& out);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

std::string zstd_decompress(std::string_view frame);

}  // namespace cdckit::compress
