#include "common/kafka/client.hpp"

#include "common/base/clock.hpp"

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
  CHECK_THROWS_WITH_AS(state.check(), "could not log in to Kafka: no", Error);
}

namespace {

constexpr const char* kNoToken = "Failed to acquire SASL OAUTHBEARER token: the provider is away";

Error away() {
  return {ErrorKind::temporary, "the provider is away"};
}

}  // namespace

TEST_CASE("a client that never had a token ends when there is none") {
  kafka::ClientState state;
  state.note_no_token(away());
  state.note_error(nullptr, RD_KAFKA_RESP_ERR__AUTHENTICATION, kNoToken);
  CHECK_THROWS_WITH_AS(state.check(), "the provider is away", Error);
  state.note_token(cdckit::base::unix_milliseconds() + 60'000);
  CHECK_NOTHROW(state.check());
}

TEST_CASE("a provider that is away for a while is waited for, even when the token has lapsed") {
  kafka::ClientState state;
  for (const int life : {60'000, -1}) {
    state.note_token(cdckit::base::unix_milliseconds() + life);
    state.note_no_token(away());
    state.note_error(nullptr, RD_KAFKA_RESP_ERR__AUTHENTICATION, kNoToken);
    CHECK_NOTHROW(state.check());
  }
  state.note_error(nullptr, RD_KAFKA_RESP_ERR__AUTHENTICATION, "the token is of yesterday");
  CHECK_NOTHROW(state.check());
  state.note_error(nullptr, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "none answers");
  CHECK(state.down_since());
}

TEST_CASE("a provider that refuses ends the client once its token has lapsed") {
  kafka::ClientState state;
  const Error refused(ErrorKind::permission, "it answered 401");
  state.note_token(cdckit::base::unix_milliseconds() + 60'000);
  state.note_no_token(refused);
  CHECK_NOTHROW(state.check());
  state.note_token(cdckit::base::unix_milliseconds() - 1);
  state.note_no_token(refused);
  CHECK_THROWS_WITH_AS(state.check(), "it answered 401", Error);
}

TEST_CASE("a good token that brokers refuse ends the client") {
  kafka::ClientState state;
  state.note_token(cdckit::base::unix_milliseconds() + 60'000);
  state.note_error(nullptr, RD_KAFKA_RESP_ERR__AUTHENTICATION, "unknown signature");
  CHECK_THROWS_WITH_AS(state.check(), "could not log in to Kafka: unknown signature", Error);
}

TEST_CASE("a new handle begins without a token") {
  kafka::ClientState state;
  state.note_token(cdckit::base::unix_milliseconds() - 1);
  state.forget();
  state.note_no_token(away());
  CHECK_THROWS_AS(state.check(), Error);
}
