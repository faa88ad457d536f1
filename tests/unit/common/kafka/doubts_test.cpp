#include "common/kafka/doubts.hpp"

#include <doctest/doctest.h>

using cdckit::kafka::Doubts;

namespace {

Doubts::Taken after(std::string_view facility, std::string_view text) {
  Doubts doubts;
  doubts.note(facility, text);
  return doubts.take();
}

}  // namespace

TEST_CASE("a fetch that was refused and a broker that changed name their partition") {
  const auto refused = after("BROKERUA",
                             "[thrd:127.0.0.1:9092/1]: a.b-c_d [12]: broker unavailable: fetch: "
                             "Broker: Unknown topic or partition");
  CHECK_FALSE(refused.all);
  CHECK(refused.hits({"a.b-c_d", 12}));
  CHECK_FALSE(refused.hits({"a.b-c_d", 1}));
  for (const char* text : {"[thrd:main]: t [0]: no longer delegated to broker 127.0.0.1:9092/1",
                           "[thrd:main]: t [0]: not updating broker: already on correct broker "
                           "127.0.0.1:9092/1"})
    CHECK(after("BRKDELGT", text).hits({"t", 0}));
}

TEST_CASE("what names no partition, and a connection that was lost, are about all of them") {
  CHECK(after("BROKERUA", "something else").all);
  CHECK(after("BROKERUA", "[thrd:main]:  [0]: no name").all);
  CHECK(after("STATE", "[thrd:x]: 127.0.0.1:9092/1: Broker changed state UP -> DOWN").all);
}

TEST_CASE("other lines say nothing") {
  Doubts doubts;
  doubts.note("STATE", "[thrd:x]: 127.0.0.1:9092/1: Broker changed state CONNECT -> DOWN");
  doubts.note("FETCHADD", "[thrd:x]: t [0]: added");
  // the first broker of a partition
  doubts.note("BRKDELGT", "[thrd:main]: t [0]: delegate to broker h:9092/1 (rktp 0x7f, term 0)");
  doubts.note("BRKDELGT", "[thrd:main]: t [0]: no longer delegated to broker :0/internal");
  doubts.note("BRKDELGT", "[thrd:main]: t [0]: delegating to broker h:9092/1 for partition with 0");
  CHECK_FALSE(doubts.any());
}

TEST_CASE("doubts are taken once") {
  Doubts doubts;
  doubts.note("BROKERUA", "t [0]: broker unavailable");
  doubts.note("BROKERUA", "t [0]: broker unavailable");
  CHECK(doubts.any());
  CHECK(doubts.take().partitions.size() == 1);
  CHECK_FALSE(doubts.any());
  CHECK(doubts.take().partitions.empty());
}
