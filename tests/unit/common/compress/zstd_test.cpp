#include "common/compress/zstd.hpp"

#include "common/base/error.hpp"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("what is compressed comes back") {
  compress::ZstdCompressor compressor(1);
  std::string frame;
  for (const std::string& text : {std::string(), std::string("a"), std::string(3'000'000, 'x')}) {
    compressor.compress(text, frame);
    CHECK(compress::zstd_decompress(frame) == text);
  }
  CHECK(frame.size() < 1000);
}

TEST_CASE("a cut or foreign frame is bad data") {
  compress::ZstdCompressor compressor;
  std::string frame;
  compressor.compress(std::string(1000, 'x') + "end", frame);
  CHECK_THROWS_AS(compress::zstd_decompress(std::string_view(frame).substr(0, frame.size() - 2)),
                  base::Error);
  CHECK_THROWS_AS(compress::zstd_decompress("no frame"), base::Error);
}

namespace {

// What comes out when the bytes come in pieces of this size.
std::string streamed(std::string_view bytes, std::size_t size) {
  compress::ZstdReader reader([&](std::span<char> into) {
    const std::size_t count = std::min({bytes.size(), into.size(), size});
    std::copy_n(bytes.begin(), count, into.begin());
    bytes.remove_prefix(count);
    return count;
  });
  std::string out;
  for (;;) {
    const std::string_view piece = reader.next();
    if (piece.empty()) return out;
    out += piece;
  }
}

}  // namespace

TEST_CASE("a stream of frames comes back whole, in pieces of any size") {
  compress::ZstdCompressor compressor;
  const std::string first(1'000'000, 'x');
  std::string frame;
  std::string stream;
  for (const std::string& text : {first, std::string(), std::string("end")}) {
    compressor.compress(text, frame);
    stream += frame;
  }
  for (const std::size_t size : {1UL, 7UL, 1UL << 20U})
    CHECK(streamed(stream, size) == first + "end");
  CHECK(streamed("", 5).empty());
}

TEST_CASE("a stream that is cut or foreign is bad data") {
  compress::ZstdCompressor compressor;
  std::string frame;
  compressor.compress(std::string(1000, 'x') + "end", frame);
  CHECK_THROWS_AS((void)streamed(std::string_view(frame).substr(0, frame.size() - 1), 5),
                  base::Error);
  CHECK_THROWS_AS((void)streamed("no frame", 5), base::Error);
}

TEST_CASE("frames made piece by piece are frames") {
  compress::ZstdWriter writer(1);
  std::string packed;
  std::string whole;
  for (int i = 0; i < 50'000; ++i) {
    const std::string piece = "line " + std::to_string(i * 7919) + "\n";
    whole += piece;
    writer.append(piece, packed);
  }
  writer.finish(packed);
  CHECK(packed.size() < whole.size());
  CHECK(compress::zstd_decompress(packed) == whole);
  packed.clear();
  writer.finish(packed);
  CHECK(compress::zstd_decompress(packed).empty());
}
