#include "common/ack/sink_ack.hpp"

#include "common/base/error.hpp"
#include "tests/unit/support/child.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using ack::SinkAck;

namespace {

event::Control hello(const std::string& run) {
  event::Control control;
  control.kind = event::ControlKind::hello;
  control.run = run;
  control.source = R"({"slot":"s"})";
  return control;
}

std::optional<ack::Record> record_in(const std::string& path) {
  return ack::parse(tests::content_of(path));
}

}  // namespace

TEST_CASE("nothing is acknowledged before a hello; then each newer checkpoint") {
  const tests::ScratchFolder folder;
  const std::string path = folder.file("ack");
  SinkAck sink(path, "pg:t");
  CHECK(sink.enabled());
  CHECK(tests::content_of(path).empty());
  sink.acknowledge(1, "p1", 1, 0);
  CHECK(tests::content_of(path).empty());

  sink.hello(hello("r1"));
  sink.acknowledge(1, "p1", 10, 1);
  REQUIRE(record_in(path));
  CHECK(record_in(path)->run == "r1");
  CHECK(record_in(path)->source == R"({"slot":"s"})");
  CHECK(record_in(path)->seq == 1);
  CHECK(record_in(path)->pos == "p1");
  CHECK(record_in(path)->rows_ok == 10);
  CHECK(record_in(path)->rows_rejected == 1);
  CHECK(record_in(path)->sink == "pg:t");
  CHECK(sink.last_seq() == 1);
}

TEST_CASE("what the destination has stored is remembered for the next process") {
  const tests::ScratchFolder folder;
  const std::string path = folder.file("ack");
  {
    SinkAck sink(path, "pg:t");
    CHECK_FALSE(sink.newest());
    sink.hello(hello("r1"));
    sink.set_stored("p1");
    sink.acknowledge(1, "p2", 1, 0);
  }
  const SinkAck again(path, "pg:t");
  REQUIRE(again.newest());
  CHECK(again.newest()->pos == "p2");
  CHECK(again.newest()->stored == "p1");
}

TEST_CASE("acks never go back within a run; a new run begins anew") {
  const tests::ScratchFolder folder;
  const std::string path = folder.file("ack");
  SinkAck sink(path, "s");
  sink.hello(hello("r1"));
  sink.acknowledge(5, "p5", 5, 0);
  for (const std::uint64_t old : {0U, 4U, 5U}) sink.acknowledge(old, "old", 0, 0);
  CHECK(record_in(path)->seq == 5);
  CHECK(record_in(path)->pos == "p5");
  sink.hello(hello("r1"));  // the same run again changes nothing
  sink.acknowledge(4, "old", 0, 0);
  CHECK(record_in(path)->seq == 5);
  sink.hello(hello("r2"));
  CHECK(record_in(path)->run == "r1");  // until something of the new run is durable
  sink.acknowledge(1, "q1", 1, 0);
  CHECK(record_in(path)->run == "r2");
  CHECK(record_in(path)->seq == 1);
}

TEST_CASE("a second sink is turned away while the first lives, also from another process") {
  const tests::ScratchFolder folder;
  const std::string path = folder.file("ack");
  const auto attempt = [&] {
    try {
      const SinkAck other(path, "s");
      return 0;
    } catch (const base::Error& error) {
      return error.kind() == base::ErrorKind::temporary ? 75 : 1;
    }
  };
  {
    SinkAck sink(path, "s");
    sink.hello(hello("r"));
    sink.acknowledge(1, "p", 1, 0);
    CHECK(attempt() == 75);
    tests::Child child(attempt);
    CHECK(child.wait() == 75);
  }
  CHECK(attempt() == 0);
  CHECK(record_in(path)->seq == 1);  // opening alone does not touch what the file says
}

TEST_CASE("without a path it does nothing") {
  SinkAck sink("", "s");
  CHECK_FALSE(sink.enabled());
  sink.hello(hello("r"));
  CHECK_NOTHROW(sink.acknowledge(1, "p", 1, 0));
}

TEST_CASE("an ack file that cannot be made") {
  try {
    const SinkAck sink("/nonexistent/ack", "s");
    FAIL("it was made");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::cannot_create);
  }
}
