#include "tools/kcat-cdc/consume/dead_letters.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::kcat_cdc;
using Headers = std::vector<kafka::Header>;

namespace {

const Headers kOwn = {{"a", "1"}, {"a", "2"}, {"b", std::nullopt}};

kafka::Record failed(const Headers& headers) {
  kafka::Record out;
  out.topic = "s.t";
  out.headers = headers;
  return out;
}

}  // namespace

TEST_CASE("a letter keeps its headers and gets those of the failure behind them") {
  const Failure failure{"3", "17", "no JSON"};
  const kafka::Record record = failed(kOwn);
  const Headers letter = headers_of_letter(record, failure);
  CHECK(Headers(letter.begin(), letter.begin() + 3) == kOwn);
  CHECK(letter[3] == kafka::Header{"__connect.errors.topic", "s.t"});
  CHECK(letter[4] == kafka::Header{"__connect.errors.partition", "3"});
  CHECK(letter[5] == kafka::Header{"__connect.errors.offset", "17"});
  CHECK(letter.back() == kafka::Header{"__connect.errors.exception.message", "no JSON"});
}

TEST_CASE("the way back drops the last failure only") {
  const Failure first{"3", "17", "no JSON"};
  const kafka::Record record = failed(kOwn);
  const Headers once = headers_of_letter(record, first);
  auto origin = origin_of(failed(once));
  REQUIRE(origin);
  CHECK(origin->topic == "s.t");
  CHECK(origin->partition == 3);
  CHECK(origin->headers == kOwn);
  kafka::Record again = failed(once);
  again.topic = "other";
  const Failure second{"0", "1", "again"};
  const Headers twice = headers_of_letter(again, second);
  origin = origin_of(failed(twice));
  REQUIRE(origin);
  CHECK(origin->topic == "other");
  CHECK(origin->partition == 0);
  CHECK(origin->headers == once);
}

TEST_CASE("what others put behind a failure stays, what is no letter has no origin") {
  Headers headers = kOwn;
  headers.push_back({"__connect.errors.topic", "t"});
  headers.push_back({"traced", "yes"});
  headers.push_back({"__connect.errors.stage", "TRANSFORMATION"});
  const auto origin = origin_of(failed(headers));
  REQUIRE(origin);
  CHECK(origin->partition == kafka::kAnyPartition);
  CHECK(origin->headers.size() == 4);
  CHECK_FALSE(origin_of(failed(kOwn)));
  CHECK_FALSE(origin_of(failed({{"__connect.errors.topic", std::nullopt}})));
}
