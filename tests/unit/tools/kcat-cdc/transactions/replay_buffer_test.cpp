#include "tools/kcat-cdc/transactions/replay_buffer.hpp"

#include <doctest/doctest.h>

using cdckit::kafka::Header;
using cdckit::kafka::Outgoing;
using cdckit::kcat_cdc::ReplayBuffer;

namespace {

Outgoing record(std::uint64_t tag, std::string_view value) {
  Outgoing out;
  out.topic = {tag + 1};
  out.key = "key";
  out.value = value;
  out.tag = tag;
  return out;
}

std::vector<std::uint64_t> tags(const ReplayBuffer& buffer) {
  std::vector<std::uint64_t> out;
  buffer.for_each([&](const Outgoing& kept) { out.push_back(kept.tag); });
  return out;
}

using Tags = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("records come back as they were, null and empty apart") {
  const std::vector<Header> headers = {{"a", "1"}, {"none", std::nullopt}, {"empty", ""}};
  Outgoing first = record(1, "value");
  first.headers = headers;
  first.partition = 3;
  first.timestamp_ms = 17;
  Outgoing tombstone = record(2, "");
  tombstone.value = std::nullopt;
  Outgoing empty = record(3, "");
  empty.key = std::nullopt;
  ReplayBuffer buffer(1'000);
  for (const Outgoing& each : {first, tombstone, empty}) buffer.add(each);
  std::vector<Outgoing> seen;
  buffer.for_each([&](const Outgoing& kept) {
    if (kept.tag == 1)
      CHECK(std::vector<Header>(kept.headers.begin(), kept.headers.end()) == headers);
    seen.push_back(kept);
  });
  REQUIRE(seen.size() == 3);
  CHECK(seen[0].key == "key");
  CHECK(seen[0].value == "value");
  CHECK(seen[0].topic.index == 2);
  CHECK(seen[0].partition == 3);
  CHECK(seen[0].timestamp_ms == 17);
  CHECK_FALSE(seen[1].value);
  CHECK_FALSE(seen[2].key);
  CHECK(seen[2].value == "");
}

TEST_CASE("what came behind a border can be left") {
  ReplayBuffer buffer(1'000);
  CHECK_FALSE(buffer.has_border());
  buffer.add(record(1, "a"));
  buffer.add(record(2, "b"));
  buffer.note_border();
  buffer.add(record(3, "c"));
  CHECK(buffer.has_border());
  buffer.keep_to_border();
  CHECK(tags(buffer) == Tags{1, 2});
  buffer.add(record(4, "d"));
  CHECK(tags(buffer) == Tags{1, 2, 4});
}

TEST_CASE("a refused record is left out, on either side of a border") {
  for (const std::uint64_t refused : Tags{1, 2, 3}) {
    ReplayBuffer buffer(1'000);
    for (const std::uint64_t tag : Tags{1, 2}) buffer.add(record(tag, "a"));
    buffer.note_border();
    for (const std::uint64_t tag : Tags{3, 3}) buffer.add(record(tag, "b"));
    buffer.drop(refused);
    CHECK(buffer.size() == (refused == 3 ? 2 : 3));
    buffer.keep_to_border();
    CHECK(buffer.size() == (refused == 3 ? 2 : 1));
  }
}

TEST_CASE("what has still to be sent is sent in order, as far as it is taken") {
  ReplayBuffer buffer(1'000);
  Tags sent;
  std::size_t room = 0;
  const auto take = [&](const Outgoing& one) {
    if (room == 0) return false;
    --room;
    CHECK(one.key == "key");
    sent.push_back(one.tag);
    return true;
  };
  buffer.add(record(1, "a"));
  CHECK_FALSE(buffer.unsent());  // it was sent as it came
  buffer.rewind();
  buffer.add(record(2, "bb"));
  buffer.add(record(3, "ccc"));
  CHECK(buffer.unsent());
  room = 2;
  buffer.send(take);
  CHECK(buffer.unsent());
  buffer.add(record(4, "d"));
  room = 9;
  buffer.send(take);
  CHECK(sent == Tags{1, 2, 3, 4});
  CHECK_FALSE(buffer.unsent());
  buffer.add(record(5, "e"));
  buffer.send(take);
  CHECK(sent.size() == 4);
  buffer.rewind();
  buffer.clear();
  CHECK_FALSE(buffer.unsent());
}

TEST_CASE("what does not fit is not kept at all") {
  ReplayBuffer buffer(60);
  buffer.add(record(1, "1234"));
  CHECK(buffer.whole());
  buffer.add(record(2, "1234"));
  CHECK_FALSE(buffer.whole());
  CHECK(buffer.size() == 0);
  buffer.add(record(3, ""));
  CHECK(buffer.size() == 0);
  buffer.clear();
  CHECK(buffer.whole());
}
