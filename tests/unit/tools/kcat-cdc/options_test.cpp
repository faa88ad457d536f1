#include "tools/kcat-cdc/options.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit::kcat_cdc;
using cdckit::base::Error;
using cdckit::base::ErrorKind;

namespace {

template <class Body>
std::string refused(Body body) {
  try {
    body();
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return std::string(error.what()) + std::string(error.hint());
  }
  return "accepted";
}

}  // namespace

TEST_CASE("a connection needs brokers and keeps secrets out of the arguments") {
  ConnectionOptions options;
  CHECK(refused([&] { check_connection(options); }).find("--brokers") != std::string::npos);
  options.brokers = "b:1";
  CHECK(refused([&] { check_connection(options); }) == "accepted");
  options.settings = {"sasl.password=@/run/secret", "linger.ms=5"};
  CHECK(refused([&] { check_connection(options); }) == "accepted");
  options.settings = {"sasl.password=hunter2"};
  const std::string text = refused([&] { check_connection(options); });
  CHECK(text.find("sasl.password=@FILE") != std::string::npos);
  CHECK(text.find("hunter2") == std::string::npos);
}

TEST_CASE("properties that the guarantees hang on cannot be set") {
  for (const char* setting : {"enable.auto.commit=true",
                              "group.id=x",
                              "enable.idempotence=false",
                              "transactional.id=x"}) {
    ConnectionOptions options;
    options.brokers = "b:1";
    options.settings = {setting};
    CHECK_MESSAGE(
        refused([&] { check_connection(options); }).find("sets it itself") != std::string::npos,
        setting);
  }
}

TEST_CASE("where lines go") {
  ProduceOptions options;
  CHECK(refused([&] { check_produce(options); }) != "accepted");
  options.topic_prefix = "p";
  CHECK(refused([&] { check_produce(options); }) == "accepted");
  CHECK(topic_pattern(options) == "p.{schema}.{table}");
  options.raw = true;
  CHECK(refused([&] { check_produce(options); }) != "accepted");
  options.topic = "t";
  CHECK(refused([&] { check_produce(options); }) != "accepted");
  options.topic_prefix.clear();
  CHECK(refused([&] { check_produce(options); }) == "accepted");
  CHECK(topic_pattern(options) == "t");
  options.topic = "t.{table}";
  CHECK(refused([&] { check_produce(options); }) != "accepted");
  options.raw = false;
  options.routes = {"no route"};
  CHECK(refused([&] { check_produce(options); }) != "accepted");
  options.routes.clear();
  options.topic_config = {"cleanup.policy"};
  CHECK(refused([&] { check_produce(options); }) != "accepted");
  options.topic_config = {"a=b=c"};
  CHECK(parse_topic_config(options.topic_config).at("a") == "b=c");
  options.partitions = 0;
  CHECK(refused([&] { check_produce(options); }) != "accepted");
}

TEST_CASE("what is read needs a topic, an acknowledgement a group") {
  ConsumeOptions options;
  CHECK(refused([&] { check_consume(options, false); }) != "accepted");
  options.topics = {"t"};
  CHECK(refused([&] { check_consume(options, false); }) == "accepted");
  CHECK(refused([&] { check_consume(options, true); }).find("--group") != std::string::npos);
  options.limit = 0;
  CHECK(refused([&] { check_consume(options, false); }) != "accepted");
}

TEST_CASE("where to begin and to end") {
  CHECK(parse_from("stored").kind == From::Kind::stored);
  CHECK(parse_from("beginning").kind == From::Kind::beginning);
  CHECK(parse_from("end").kind == From::Kind::end);
  CHECK(parse_from("17").value == 17);
  CHECK(parse_from("@1790000000").value == 1'790'000'000'000);
  CHECK(parse_from("@2026-09-21T14:13:20Z").kind == From::Kind::time);
  CHECK(refused([] { (void)parse_from("-5"); }) != "accepted");
  CHECK(refused([] { (void)parse_from("@soon"); }) != "accepted");
  CHECK_FALSE(parse_until("").bounded());
  CHECK(parse_until("end").end);
  CHECK(parse_until("@10").timestamp_ms == 10'000);
  CHECK(refused([] { (void)parse_until("17"); }) != "accepted");
}
