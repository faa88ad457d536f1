#include "tools/kcat-cdc/transactions/record_store.hpp"

#include <string>

#include <doctest/doctest.h>

using cdckit::kafka::Header;
using cdckit::kafka::Outgoing;
using cdckit::kcat_cdc::BlockPool;
using cdckit::kcat_cdc::RecordStore;

namespace {

Outgoing record(std::uint64_t tag, std::string_view value) {
  Outgoing out;
  out.key = "key";
  out.value = value;
  out.tag = tag;
  return out;
}

// The tags of all, whose values begin with their number's letter and are as long as they were.
std::vector<std::uint64_t> tags(const RecordStore& store, const std::vector<std::string>& values) {
  std::vector<std::uint64_t> out;
  std::vector<Header> headers;
  RecordStore::Place place;
  while (place.records < store.records()) {
    const Outgoing one = store.read(place, headers);
    CHECK(one.value == values.at(one.tag));
    CHECK(one.key == "key");
    out.push_back(one.tag);
  }
  CHECK(place.total == store.bytes());
  CHECK(place.block == store.end().block);
  CHECK(place.byte == store.end().byte);
  return out;
}

using Tags = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("records of any size, over blocks and larger than one") {
  const std::size_t block = BlockPool::kBlock;
  const std::vector<std::string> values = {std::string(block / 2, 'a'),
                                           std::string(block / 3, 'b'),
                                           std::string(block / 2, 'c'),
                                           std::string(block * 3, 'd'),
                                           "",
                                           std::string(block - 100, 'f'),
                                           "g"};
  const auto pool = std::make_shared<BlockPool>();
  RecordStore store(pool);
  std::vector<RecordStore::Place> places;
  Tags all;
  for (std::uint64_t i = 0; i < values.size(); ++i) {
    const Outgoing one = record(i, values[i]);
    const std::size_t expected = store.bytes_with(one);
    places.push_back(store.end());
    all.push_back(i);
    store.add(one);
    CHECK(store.bytes() == expected);
    CHECK(tags(store, values) == all);
  }
  // cut at each place, and filled again with the blocks that came free
  while (!places.empty()) {
    store.cut(places.back());
    places.pop_back();
    all.pop_back();
    CHECK(tags(store, values) == all);
    RecordStore other(pool);
    other.add(record(4, values[4]));
    CHECK(tags(other, values) == Tags{4});
    CHECK(tags(store, values) == all);
  }
  CHECK(store.bytes() == 0);
  store.add(record(6, values[6]));
  store.clear();
  CHECK(store.records() == 0);
  CHECK(store.bytes() == 0);
}

TEST_CASE("two stores by turns take no more blocks than they hold together") {
  const auto pool = std::make_shared<BlockPool>();
  RecordStore one(pool);
  RecordStore other(pool);
  const std::string half(BlockPool::kBlock / 2 - 100, 'x');
  for (std::uint64_t i = 0; i < 6; ++i) one.add(record(i, half));
  std::vector<Header> headers;
  RecordStore::Place place;
  const char* const first = one.read(place, headers).value->data();
  one.clear();
  other.add(record(0, half));
  std::swap(one, other);
  for (std::uint64_t i = 0; i < 4; ++i) other.add(record(i, half));
  place = {};
  bool again = false;
  while (place.records < other.records())
    again = again || other.read(place, headers).value->data() == first;
  place = {};
  again = again || one.read(place, headers).value->data() == first;
  CHECK(again);
}
