#include "tests/unit/tools/pg-load/context_of.hpp"
#include "tests/unit/tools/pg-load/input_of.hpp"
#include "tools/pg-load/events/event_loader.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

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
  CHECK_FALSE(nowhere.loader.committing());
  CHECK_FALSE(nowhere.loader.finish_commit().has_value());
}

TEST_CASE("a batch ends at a mark when nothing came behind it") {
  Nowhere nowhere;
  CHECK(nowhere.loader.at_mark());
  const std::string line =
      R"({"pos":"00000000000000A0/0000000000000001","after":{"id":1},"source":{"schema":"s"},"op":"c"})";
  event::Decoder decoder;
  event::LineKind kind{};
  event::Event event;
  REQUIRE(decoder.decode(line, false, kind, event) == nullptr);
  nowhere.loader.add(1, event);
  CHECK_FALSE(nowhere.loader.at_mark());
  CHECK_FALSE(nowhere.loader.start_commit());
  nowhere.loader.mark();
  CHECK(nowhere.loader.at_mark());
  CHECK_THROWS_AS(nowhere.loader.commit_marked(), base::Error);
  nowhere.loader.forget();
  CHECK(nowhere.loader.at_mark());
  CHECK(nowhere.loader.commit_marked().empty());
}
