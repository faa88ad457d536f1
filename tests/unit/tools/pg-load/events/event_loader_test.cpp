#include "tools/pg-load/events/event_loader.hpp"

#include "tests/unit/tools/pg-load/context_of.hpp"
#include "tests/unit/tools/pg-load/input_of.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

namespace {

// Keeps what its event points into.
struct Decoded {
  explicit Decoded(std::string_view line) {
    event::LineKind kind{};
    REQUIRE(decoder.decode(line, false, kind, event) == nullptr);
  }
  event::Decoder decoder;
  event::Event event;
};

}  // namespace

TEST_CASE("events wait while the server is not there; borders of transactions are seen") {
  const tests::Pipe pipe("");
  event::Input input(tests::settings(pipe.fd(), event::OnError::stop));
  Rejects rejects(input, -1);
  retry::Policy policy;
  policy.give_up_after = std::chrono::milliseconds(0);
  Session session(
      {.conninfo = "host=127.0.0.1 port=1 sslmode=disable", .policy = policy, .stop = {}});
  const Options options;
  EventLoader loader(options, session, rejects);
  const std::string tail =
      R"(,"key":{"id":1},"before":null,"after":{"id":1},"source":{"schema":"s","table":"t"},"op":"c"})";
  const std::string first = R"({"pos":"00000000000000A0/0000000000000001")" + tail;
  const std::string second = R"({"pos":"00000000000000A0/0000000000000002")" + tail;
  const std::string other = R"({"pos":"00000000000000B0/0000000000000001")" + tail;
  loader.add(1, Decoded(first).event);
  CHECK_FALSE(loader.begins_transaction(Decoded(second).event));
  CHECK(loader.begins_transaction(Decoded(other).event));
  CHECK(loader.pending() == 1);
  CHECK_THROWS_AS(loader.commit(), base::Error);
  loader.forget();
  CHECK(loader.pending() == 0);
}

namespace {

struct Nowhere {
  tests::Pipe pipe{""};
  event::Input input{tests::settings(pipe.fd(), event::OnError::stop)};
  Rejects rejects{input, -1};
  Session session{tests::nowhere()};
  Options options;
  EventLoader loader{options, session, rejects};
};

}  // namespace

TEST_CASE("a source without positions is committed while one waits") {
  Nowhere nowhere;
  CHECK_FALSE(nowhere.loader.start_commit());
  CHECK_FALSE(nowhere.loader.finish_commit().has_value());
}

TEST_CASE("a batch ends at a mark when nothing came behind it") {
  Nowhere nowhere;
  CHECK(nowhere.loader.at_mark());
  const std::string line =
      R"({"pos":"00000000000000A0/0000000000000001","after":{"id":1},"source":{"schema":"s"},"op":"c"})";
  nowhere.loader.add(1, Decoded(line).event);
  CHECK_FALSE(nowhere.loader.at_mark());
  CHECK_FALSE(nowhere.loader.start_commit());
  nowhere.loader.mark();
  CHECK(nowhere.loader.at_mark());
  CHECK_THROWS_AS(nowhere.loader.commit_marked(), base::Error);
  nowhere.loader.forget();
  CHECK(nowhere.loader.at_mark());
  CHECK(nowhere.loader.commit_marked().empty());
}
