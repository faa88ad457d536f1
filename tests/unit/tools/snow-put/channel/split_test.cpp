#include "tools/snow-put/channel/split.hpp"

#include "common/compress/zstd.hpp"
#include "tests/unit/tools/snow-put/channel/model_service.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::snow_put;

TEST_CASE("halves have their rows, lines and tokens") {
  BatchPointer whole = model::make_batch(5, 9);
  whole->raw = "abcde";
  for (std::size_t i = 0; i < 5; ++i) whole->rows[i].raw_end = i + 1;
  const auto [first, second] = split(*whole);
  CHECK(compress::zstd_decompress(first->frame) == "5\n6\n");
  CHECK(compress::zstd_decompress(second->frame) == "7\n8\n9\n");
  CHECK(first->start_token == whole->start_token);
  CHECK(first->end_token == model::make_batch(5, 6)->end_token);
  CHECK(second->start_token == model::make_batch(7, 7)->end_token);
  CHECK(second->end_token == whole->end_token);
  CHECK(second->raw_line(0) == "c");
  CHECK(first->raw_line(1) == "b");
  CHECK(first->request_id != second->request_id);
  CHECK(second->first_sequence == 7);
}

TEST_CASE("a wide row comes back as it was") {
  Batch batch;
  std::string row;
  while (row.size() < (5U << 20U)) row += std::to_string(row.size() * 2'654'435'761U);
  batch.body = row;
  snow_put::compress(batch);
  CHECK(batch.body_bytes == row.size());
  CHECK(batch.body.empty());
  CHECK(batch.frame.size() < row.size());
  CHECK(compress::zstd_decompress(batch.frame) == row);
}
