#include "tools/snow-put/ingest/channel_writer.hpp"

#include <limits>

#include <doctest/doctest.h>

using namespace cdckit;
using event::Origin;
using snow_put::BatchPointer;
using snow_put::ChannelWriter;

namespace {

BatchPointer add(ChannelWriter& writer, std::uint64_t number, std::size_t bytes) {
  writer.begin_row() += std::string(bytes - 1, 'x') + "\n";
  return writer.end_row({number, {event::Origin::stream, {number, 1}}, 0},
                        0,
                        "line" + std::to_string(number),
                        number);
}

constexpr auto kNothing = std::numeric_limits<std::uint64_t>::max();

}  // namespace

TEST_CASE("a batch is cut with the tokens of its first and last row") {
  snow_put::Target target;
  ChannelWriter writer(1, target, "c", true);
  CHECK(writer.cut() == nullptr);
  CHECK_FALSE(writer.opened());
  CHECK(writer.waiting().rows == 0);
  add(writer, 1, 10);
  add(writer, 2, 10);
  CHECK(writer.waiting().rows == 2);
  CHECK(writer.oldest_outstanding() == 1);
  const BatchPointer batch = writer.cut();
  REQUIRE(batch);
  CHECK(batch->start_token == "0000000000000001/0000000000000001");
  CHECK(batch->end_token == "0000000000000002/0000000000000001");
  CHECK(batch->body.size() == 20);
  CHECK(batch->raw_line(0) == "line1");
  CHECK(batch->raw_line(1) == "line2");
  CHECK(writer.oldest_outstanding() == 1);
  std::vector<BatchPointer> settled(1);
  settled[0] = std::make_unique<snow_put::Batch>();
  settled[0]->rows.resize(1);  // it was cut in two on its way
  settled[0]->first_sequence = 1;
  writer.settle(settled);
  CHECK(writer.oldest_outstanding() != kNothing);
  CHECK(writer.waiting().rows == 1);
  CHECK(writer.waiting().since == batch->opened);
  settled[0]->first_sequence = 2;
  writer.settle(settled);
  CHECK(writer.oldest_outstanding() == kNothing);
}

TEST_CASE("a body never grows beyond the limit unless one row does") {
  snow_put::Target target;
  ChannelWriter writer(1, target, "c", false);
  CHECK(add(writer, 1, snow_put::kLargestBody - 10) == nullptr);
  const BatchPointer full = add(writer, 2, 20);
  REQUIRE(full);
  CHECK(full->body.size() == snow_put::kLargestBody - 10);
  CHECK(full->end_token == "0000000000000001/0000000000000001");
  CHECK(full->rows.size() == 1);
  CHECK(add(writer, 3, snow_put::kLargestBody * 2)->rows.size() == 1);
  const BatchPointer giant = writer.cut();
  CHECK(giant->rows.size() == 1);
  CHECK(giant->start_token == "0000000000000003/0000000000000001");
  CHECK(giant->raw.empty());
}

TEST_CASE("a row that is a body of its own goes at once") {
  snow_put::Target target;
  ChannelWriter writer(1, target, "c", false);
  const BatchPointer wide = add(writer, 1, snow_put::kLargestBody * 2);
  REQUIRE(wide);
  CHECK(wide->rows.size() == 1);
  CHECK(wide->end_token == "0000000000000001/0000000000000001");
  CHECK_FALSE(writer.opened());
  CHECK(writer.oldest_outstanding() == 1);
}
