#include "tools/kcat-cdc/topics/targets.hpp"

#include "tests/unit/common/kafka/mock_cluster.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using std::chrono::seconds;

namespace {

struct Quiet : kafka::DeliveryListener {
  void delivered(std::uint64_t) override {}
  void failed(const kafka::FailedDelivery&) override {}
};

event::Event event_of(std::string_view source, char op = 'c') {
  event::Event out;
  out.op = op;
  out.source = source;
  return out;
}

}  // namespace

TEST_CASE("events find the topic of their table") {
  test::MockCluster cluster;
  Quiet quiet;
  kafka::Producer producer(cluster.settings(), seconds(10), quiet);
  kcat_cdc::TopicBook book(producer, cluster.settings(), {}, {});
  kcat_cdc::Router router("p.{schema}.{table}", {});
  kcat_cdc::Targets targets(router, book);

  const auto first = targets.of_event(event_of(R"({"db":"d","schema":"public","table":"t"})"));
  REQUIRE(first);
  CHECK(targets[*first].topic == "p.public.t");
  CHECK(targets.of_event(event_of(R"({"schema":"public","table":"t"})")) == first);
  CHECK(targets.of_table("public", "t") == *first);

  const auto quoted = targets.of_event(event_of(R"({"schema":"public","table":"a\"b"})"));
  REQUIRE(quoted);
  CHECK(targets[*quoted].topic == "p.public.a_b");
  CHECK(targets.of_table("public", "a\"b") == *quoted);

  const auto message = targets.of_event(event_of(R"({"schema":"","table":""})", 'm'));
  REQUIRE(message);
  CHECK(targets[*message].topic == "p.message");
  CHECK(targets.names().size() == 3);
  CHECK(targets.index_of("p.message") == *message);
  CHECK(targets.of_topic("p.transaction") == targets.of_topic("p.transaction"));
  CHECK(targets.names().size() == 4);

  CHECK_FALSE(targets.of_event(event_of("")));
  CHECK_FALSE(targets.of_event(event_of(R"({"schema":"public"})")));
  CHECK_FALSE(targets.of_event(event_of(R"({"schema":"","table":""})")));
}
