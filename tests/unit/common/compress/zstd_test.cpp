#include "common/compress/zstd.hpp"

#include "common/base/error.hpp"

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
