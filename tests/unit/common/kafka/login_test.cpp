#include "common/kafka/login.hpp"

#include <doctest/doctest.h>
#include <librdkafka/rdkafka.h>

using namespace cdckit;
using kafka::Login;
using kafka::refused_login;

TEST_CASE("a refused password is one, whatever the code") {
  for (const int code : {static_cast<int>(RD_KAFKA_RESP_ERR__AUTHENTICATION),
                         static_cast<int>(RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED)}) {
    const auto error = refused_login(code, "no", Login{.mechanism = "PLAIN"});
    REQUIRE(error);
    CHECK(error->kind() == base::ErrorKind::permission);
    CHECK(error->hint().find("sasl.password") != std::string::npos);
  }
}

TEST_CASE("SCRAM by a library that Kafka 4 refuses names the cause") {
  const auto error =
      refused_login(RD_KAFKA_RESP_ERR__AUTHENTICATION, "no", Login{.mechanism = "SCRAM-SHA-256"});
  REQUIRE(error);
  const bool old = rd_kafka_version() < 0x020601ff;
  CHECK((error->hint().find("2.6.1") != std::string::npos) == old);
}

TEST_CASE("a client certificate that is missing, and one that is refused") {
  const std::string alert = "Receive failed: SSL alert number ";
  const auto missing = refused_login(RD_KAFKA_RESP_ERR__TRANSPORT, alert + "42", Login{});
  REQUIRE(missing);
  CHECK(std::string(missing->what()).find("demands a client certificate") != std::string::npos);
  CHECK(refused_login(RD_KAFKA_RESP_ERR__SSL, alert + "116", Login{}));
  const auto refused =
      refused_login(RD_KAFKA_RESP_ERR__SSL, alert + "48", Login{.certificate = true});
  REQUIRE(refused);
  CHECK(std::string(refused->what()).find("does not accept") != std::string::npos);
}

TEST_CASE("other trouble is no refusal") {
  CHECK_FALSE(refused_login(RD_KAFKA_RESP_ERR__TRANSPORT, "Connection refused", Login{}));
  CHECK_FALSE(refused_login(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "1/1 brokers are down", Login{}));
}

TEST_CASE("what the settings say") {
  const Login login = kafka::login_of({{"sasl.mechanisms", "OAUTHBEARER"},
                                       {"ssl.certificate.location", "client.pem"},
                                       {std::string(kafka::kTokenCommand), "echo x"}});
  CHECK(login.mechanism == "OAUTHBEARER");
  CHECK(login.certificate);
  CHECK(login.token_command == "echo x");
  CHECK_FALSE(kafka::login_of({}).certificate);
}
