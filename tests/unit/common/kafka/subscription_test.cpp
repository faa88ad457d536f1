#include "common/kafka/subscription.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using cdckit::kafka::Subscription;

TEST_CASE("names are taken as they are, patterns where they fit") {
  const Subscription topics({"a.b", "^s\\.public\\."});
  CHECK(topics.takes("a.b"));
  CHECK_FALSE(topics.takes("axb"));
  CHECK(topics.takes("s.public.t"));
  CHECK_FALSE(topics.takes("xs.public.t"));
  CHECK(topics.has_pattern());
  CHECK_FALSE(Subscription({"a"}).has_pattern());
}

TEST_CASE("patterns are the C library's extended ones") {
  CHECK(Subscription({"^t[0-9]{2}$"}).takes("t42"));
  CHECK(Subscription({"^(a|b)+$"}).takes("abba"));
  CHECK(Subscription({"^t[[:digit:]]$"}).takes("t1"));
  CHECK_FALSE(Subscription({"^t\\d$"}).takes("t1"));  // as librdkafka reads it
}

TEST_CASE("a pattern that is none is refused") {
  for (const char* pattern : {"^[a", "^(a", "^a{2"}) {
    CAPTURE(pattern);
    try {
      const Subscription topics({pattern});
      FAIL_CHECK("accepted");
    } catch (const cdckit::base::Error& error) {
      CHECK(error.kind() == cdckit::base::ErrorKind::usage);
    }
  }
}

TEST_CASE("what brokers keep for themselves is for names only") {
  const Subscription all({"^.*"});
  CHECK(all.takes("t"));
  CHECK_FALSE(all.takes("__consumer_offsets"));
  CHECK_FALSE(all.takes("__transaction_state"));
  CHECK_FALSE(all.takes("__remote_log_metadata"));
  CHECK(all.takes("__debezium-heartbeat.s"));
  CHECK(all.ignored().starts_with("^__consumer_offsets$,"));
  const Subscription named({"^.*", "__consumer_offsets"});
  CHECK(named.takes("__consumer_offsets"));
  CHECK(named.ignored().find("consumer_offsets") == std::string::npos);
  CHECK(Subscription({"t"}).ignored().empty());
}

TEST_CASE("what the owner excludes is for names only, too") {
  const Subscription topics({"^s\\..*", "s.own"}, {"\\.own$", "\\.not$"});
  CHECK(topics.takes("s.t"));
  CHECK(topics.takes("s.own"));
  CHECK_FALSE(topics.takes("s.not"));
}
