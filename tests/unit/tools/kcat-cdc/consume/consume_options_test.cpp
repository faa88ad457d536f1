#include "tools/kcat-cdc/consume/consume_options.hpp"

#include "common/base/error.hpp"
#include "tests/unit/support/refused.hpp"

#include <doctest/doctest.h>

using namespace cdckit::kcat_cdc;
using cdckit::base::Error;
using cdckit::base::ErrorKind;
using cdckit::tests::refused;

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
}

TEST_CASE("which records are wanted") {
  ConsumeOptions options;
  CHECK_FALSE(parse_range(options).bounded);
  options.until = "end";
  CHECK(parse_range(options).bounded);
  CHECK_FALSE(parse_range(options).before_ms);
  options.until = "@10";
  options.from = "@5";
  CHECK(parse_range(options).bounded);
  CHECK(parse_range(options).before_ms == 10'000);
  CHECK(parse_range(options).from_ms == 5'000);
  options.until = "17";
  CHECK(refused([&] { (void)parse_range(options); }) != "accepted");
}

TEST_CASE("a pattern that is none is refused before anything is asked for") {
  ConsumeOptions options;
  options.topics = {"^[a"};
  CHECK(refused([&] { check_consume(options, false); }).find("^[a") != std::string::npos);
}

TEST_CASE("patterns take no topic where positions are kept") {
  ConsumeOptions options;
  options.topics = {R"(^p\..*)"};
  CHECK(subscription_of(options).takes("p.public.t"));
  CHECK_FALSE(subscription_of(options).takes("p.__position.tx1"));
}

TEST_CASE("a dead-letter topic that would be read is refused with both names") {
  ConsumeOptions options;
  options.dead_letter = "s.dlq";
  for (const char* topic : {"s.dlq", R"(^s\..*)"}) {
    options.topics = {"t", topic};
    try {
      check_consume(options, false);
      FAIL_CHECK("accepted");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::config);
      CHECK(std::string(error.what()).find("s.dlq") != std::string::npos);
      CHECK(std::string(error.what()).find(topic) != std::string::npos);
    }
  }
  options.topics = {R"(^s\.public\..*)"};
  CHECK_NOTHROW(check_consume(options, false));
  options.dead_letter = "no/topic";
  CHECK(refused([&] { check_consume(options, false); }) != "accepted");
}
