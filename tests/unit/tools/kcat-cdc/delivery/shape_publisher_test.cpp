#include "tools/kcat-cdc/delivery/shape_publisher.hpp"

#include "common/kafka/topic_reader.hpp"
#include "tests/unit/common/kafka/mock_cluster.hpp"

#include <set>

#include <doctest/doctest.h>

using namespace cdckit;
using std::chrono::seconds;

namespace {

std::set<std::string> keys_of(const test::MockCluster& cluster, const std::string& topic) {
  std::set<std::string> out;
  kafka::read_topic(cluster.settings(), topic, seconds(20), [&](const kafka::Record& record) {
    out.emplace(record.key.value_or("none"));
  });
  return out;
}

event::Control shape_of(const std::string& table) {
  event::Control out;
  out.kind = event::ControlKind::schema;
  out.line = "{}";
  out.schema = "public";
  out.table = table;
  return out;
}

std::string key(const std::string& hash) {
  return R"({"schema":"public","table":"t","hash":")" + hash + R"("})";
}

}  // namespace

TEST_CASE("a shape is in its topic when publish returns, once for each topic") {
  test::MockCluster cluster;
  kcat_cdc::PlainProducer plain(cluster.settings(), {}, {});
  plain.shapes.publish("p.public.t", shape_of("t"), "h");
  CHECK(keys_of(cluster, "p.__schema") == std::set<std::string>{key("h")});
  plain.shapes.publish("p.public.t", shape_of("t"), "h");
  plain.shapes.publish("q.public.t", shape_of("t"), "h");
  CHECK(keys_of(cluster, "p.__schema").size() == 1);
  CHECK(keys_of(cluster, "q.__schema").size() == 1);
  plain.shapes.publish("r.public.q", shape_of("a \"q\""), "h");
  CHECK(keys_of(cluster, "r.__schema") ==
        std::set<std::string>{R"({"schema":"public","table":"a \"q\"","hash":"h"})"});
}

TEST_CASE("apart from transactions a producer of its own is made when the first shape comes") {
  test::MockCluster cluster;
  kcat_cdc::PlainProducer unused(cluster.settings(), {}, {});
  kcat_cdc::ShapeRoute route(unused.producer, unused.deliveries, unused.topics);
  int made = 0;
  route.go_apart([&] {
    ++made;
    return std::make_unique<kcat_cdc::PlainProducer>(
        cluster.settings(), kcat_cdc::TopicPolicy{}, signals::StopToken{});
  });
  CHECK(made == 0);
  route.publish("p.public.t", shape_of("t"), "h");
  route.publish("p.public.t", shape_of("t"), "g");
  CHECK(made == 1);
  CHECK(keys_of(cluster, "p.__schema") == std::set<std::string>{key("h"), key("g")});
}
