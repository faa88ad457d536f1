#include "common/kafka/client.hpp"

#include <doctest/doctest.h>
#include <librdkafka/rdkafka.h>

using cdckit::base::Error;
using cdckit::base::ErrorKind;
namespace kafka = cdckit::kafka;

namespace {

ErrorKind kind_of_config(const kafka::Settings& settings, const std::string& expected) {
  kafka::ClientState state;
  try {
    (void)kafka::make_config(settings, state);
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find(expected) != std::string::npos);
    CHECK(std::string(error.what()).find("hunter2") == std::string::npos);
    return error.kind();
  }
  return ErrorKind::bug;
}

}  // namespace

TEST_CASE("a bad property is a configuration error that names it") {
  CHECK(kind_of_config({{"no.such.thing", "1"}}, "no.such.thing") == ErrorKind::config);
  CHECK(kind_of_config({{"linger.ms", "soon"}}, "linger.ms") == ErrorKind::config);
}

TEST_CASE("settings that contradict each other are found when the handle is made") {
  kafka::ClientState state;
  auto config = kafka::make_config({{"enable.idempotence", "true"}, {"acks", "1"}}, state);
  CHECK_THROWS_AS(kafka::make_handle(kafka::Role::producer, std::move(config)), Error);
}

TEST_CASE("only what no retry cures ends a client") {
  kafka::ClientState state;
  state.note_error(nullptr, RD_KAFKA_RESP_ERR__TRANSPORT, "gone");
  CHECK_NOTHROW(state.check());
  CHECK_FALSE(state.down_since());
  state.note_error(nullptr, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "all gone");
  CHECK_NOTHROW(state.check());
  CHECK(state.down_since());
  state.note_reachable();
  CHECK_FALSE(state.down_since());
  state.note_error(nullptr, RD_KAFKA_RESP_ERR__AUTHENTICATION, "no");
  CHECK_THROWS_WITH_AS(state.check(), "could not talk to Kafka: no", Error);
}
