// Zstandard frames in memory, with a context that is kept between calls. Throws bug for misuse,
// data for bytes that are no zstd frame.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
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

// One frame made piece by piece, in bounded memory.
class ZstdWriter {
 public:
  explicit ZstdWriter(int level = 3);
  ~ZstdWriter();
  ZstdWriter(const ZstdWriter&) = delete;
  ZstdWriter& operator=(const ZstdWriter&) = delete;
  // Append what is ready to `out`; after finish() the next append() begins another frame.
  void append(std::string_view bytes, std::string& out);
  void finish(std::string& out);

 private:
  void run(std::string_view bytes, bool last, std::string& out);
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

std::string zstd_decompress(std::string_view frame);

// Decompresses a stream of frames, one behind the other, in bounded memory.
class ZstdReader {
 public:
  // Fills its argument with compressed bytes; 0: there are no more.
  using Read = std::function<std::size_t(std::span<char>)>;
  explicit ZstdReader(Read read);
  ~ZstdReader();
  ZstdReader(const ZstdReader&) = delete;
  ZstdReader& operator=(const ZstdReader&) = delete;
  // The next piece, empty at the end; valid until the next call.
  std::string_view next();

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace cdckit::compress
