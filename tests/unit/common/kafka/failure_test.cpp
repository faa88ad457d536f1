#include "common/kafka/failure.hpp"

#include <doctest/doctest.h>
#include <librdkafka/rdkafka.h>

using cdckit::base::ErrorKind;
using cdckit::kafka::failure;
using cdckit::kafka::kind_of;

TEST_CASE("codes become the kinds that decide exit code and retry") {
  CHECK(kind_of(RD_KAFKA_RESP_ERR__TRANSPORT) == ErrorKind::temporary);
  CHECK(kind_of(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT) == ErrorKind::temporary);
  CHECK(kind_of(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS) == ErrorKind::temporary);
  CHECK(kind_of(RD_KAFKA_RESP_ERR__AUTHENTICATION) == ErrorKind::permission);
  CHECK(kind_of(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) == ErrorKind::permission);
  CHECK(kind_of(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) == ErrorKind::unavailable);
  CHECK(kind_of(RD_KAFKA_RESP_ERR__FENCED) == ErrorKind::unavailable);
  CHECK(kind_of(RD_KAFKA_RESP_ERR_INVALID_CONFIG) == ErrorKind::config);
  CHECK(kind_of(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) == ErrorKind::data);
}

TEST_CASE("the message says what could not be done and why") {
  const auto error = failure(RD_KAFKA_RESP_ERR__TIMED_OUT, "list topics");
  CHECK(std::string(error.what()) == "could not list topics: Local: Timed out");
  CHECK(std::string(failure(RD_KAFKA_RESP_ERR__FAIL, "x", "why").what()) == "could not x: why");
  CHECK_FALSE(failure(RD_KAFKA_RESP_ERR_INVALID_RECORD, "x").hint().empty());
}
