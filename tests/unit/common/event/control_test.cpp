#include "common/event/control.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cdckit;
using event::Control;
using event::ControlKind;
using event::parse_control;

TEST_CASE("hello, ckpt and eof: written and read") {
  std::string line;
  event::append_hello(line,
                      {.run = "run \"1\"",
                       .source_json = R"({"slot":"s"})",
                       .from = "0/1",
                       .encoding = "plain",
                       .ack = std::vector<std::string>{"/a", "/b \""}});
  CHECK(
      line ==
      R"({"__cdc":"hello","v":1,"run":"run \"1\"","source":{"slot":"s"},"from":"0/1","encoding":"plain",)"
      R"("ack":["/a","/b \""]})");
  Control control = parse_control(line);
  CHECK(control.kind == ControlKind::hello);
  CHECK(control.run == "run \"1\"");
  CHECK(control.source == R"({"slot":"s"})");
  CHECK(control.from == "0/1");
  CHECK(control.encoding == "plain");
  CHECK(control.ack == std::vector<std::string>{"/a", "/b \""});
  CHECK(control.line == line);

  std::string silent;
  event::append_hello(silent, {.run = "r", .source_json = "{}", .from = ""});
  CHECK(silent == R"({"__cdc":"hello","v":1,"run":"r","source":{},"from":""})");
  CHECK(parse_control(silent).encoding.empty());
  CHECK_FALSE(parse_control(silent).ack);

  std::string checkpoint;
  event::append_checkpoint(checkpoint, "r", 42, "00", 1234);
  control = parse_control(checkpoint);
  CHECK(control.kind == ControlKind::checkpoint);
  CHECK(control.run == "r");
  CHECK(control.seq == 42);
  CHECK(control.pos == "00");
  CHECK(control.rows == 1234);
  CHECK(nlohmann::json::parse(checkpoint).at("ts_ms") > 1'700'000'000'000);

  std::string eof;
  event::append_eof(eof, "r", 43, "01");
  CHECK(eof == R"({"__cdc":"eof","run":"r","seq":43,"pos":"01"})");
  control = parse_control(eof);
  CHECK(control.kind == ControlKind::eof);
  CHECK(control.seq == 43);
}

TEST_CASE("snapshot borders") {
  std::string line;
  event::append_snapshot(
      line,
      {.phase = "begin", .schema = "public", .table = "t", .scope = {}, .pos = "p", .rows = 9});
  CHECK(line == R"({"__cdc":"snapshot","phase":"begin","schema":"public","table":"t","pos":"p"})");
  line.clear();
  event::append_snapshot(
      line, {.phase = "end", .schema = {}, .table = {}, .scope = "states", .pos = "p", .rows = 9});
  CHECK(line == R"({"__cdc":"snapshot","phase":"end","scope":"states","pos":"p","rows":9})");
  const Control control = parse_control(line);
  CHECK(control.kind == ControlKind::snapshot);
  CHECK(control.phase == "end");
  CHECK(control.scope == "states");
  CHECK(control.rows == 9);
  CHECK(control.parts == 1);
}

TEST_CASE("the border of one of several partitions") {
  std::string line;
  event::append_snapshot(line,
                         {.phase = "begin",
                          .schema = "s",
                          .table = "p2",
                          .scope = {},
                          .pos = "p",
                          .part = 2,
                          .parts = 3});
  CHECK(line == R"({"__cdc":"snapshot","phase":"begin","schema":"s","table":"p2","pos":"p",)"
                R"("part":2,"parts":3})");
  const Control control = parse_control(line);
  CHECK(control.part == 2);
  CHECK(control.parts == 3);
}

TEST_CASE("partitions") {
  for (const auto kind : {ControlKind::assigned, ControlKind::revoked}) {
    std::string line;
    event::append_partitions(line, kind, {{"a\"b", 0}, {"c", 12}});
    const Control control = parse_control(line);
    CHECK(control.kind == kind);
    CHECK(control.partitions == std::vector<event::TopicPartition>{{"a\"b", 0}, {"c", 12}});
  }
  std::string none;
  event::append_partitions(none, ControlKind::revoked, {});
  CHECK(none == R"({"__cdc":"revoked","partitions":[]})");
  CHECK(parse_control(none).partitions.empty());
}

TEST_CASE("members may come in any order and be unknown") {
  const Control control =
      parse_control(R"({"__cdc":"ckpt","new":{"run":"x"},"pos":"p","seq":7,"run":"r","rows":0})");
  CHECK(control.run == "r");
  CHECK(control.seq == 7);
}

TEST_CASE("schema, begin and commit lines: only what this room reads") {
  const Control schema = parse_control(
      R"({"__cdc":"schema","v":1,"schema":"s","table":"t","key":["a"],"columns":[]})");
  CHECK(schema.kind == ControlKind::schema);
  CHECK(schema.schema == "s");
  CHECK(schema.table == "t");
  CHECK(parse_control(R"({"__cdc":"begin","pos":17})").kind == ControlKind::begin);
  CHECK(parse_control(R"({"__cdc":"commit","rows":null})").kind == ControlKind::commit);
}

TEST_CASE("a kind of a later version is unknown, whatever its members hold") {
  CHECK(parse_control(R"({"__cdc":"novel","seq":"x","run":5,"partitions":1})").kind ==
        ControlKind::unknown);
}

TEST_CASE("broken control lines") {
  for (const char* bad :
       {R"({"__cdc":"hello","source":{}})",
        R"({"__cdc":"ckpt","seq":1,"pos":"p"})",
        R"({"__cdc":"ckpt","run":"r","pos":"p"})",
        R"({"__cdc":"ckpt","run":"r","seq":0,"pos":"p"})",
        R"({"__cdc":"ckpt","run":"r","seq":-1,"pos":"p"})",
        R"({"__cdc":"ckpt","run":"r","seq":1.5,"pos":"p"})",
        R"({"__cdc":"ckpt","run":"r","seq":"1","pos":"p"})",
        R"({"__cdc":"ckpt","run":7,"seq":1,"pos":"p"})",
        R"({"__cdc":"ckpt","run":"r","seq":1,"pos":5})",
        R"({"__cdc":"eof","run":"r"})",
        R"({"__cdc":"snapshot","phase":"middle"})",
        R"({"__cdc":"snapshot"})",
        R"({"__cdc":"snapshot","phase":"begin","table":"t","part":2,"parts":1})",
        R"({"__cdc":"snapshot","phase":"begin","table":"t","part":0,"parts":1})",
        R"({"__cdc":"assigned","partitions":[{"topic":"t"}]})",
        R"({"__cdc":"assigned","partitions":[{"partition":1}]})",
        R"({"__cdc":"assigned","partitions":[{"topic":"t","partition":2147483648}]})",
        R"({"__cdc":"assigned","partitions":[{"topic":"t","partition":-1}]})",
        R"({"__cdc":5})"}) {
    CAPTURE(bad);
    try {
      (void)parse_control(bad);
      FAIL_CHECK("it was read");
    } catch (const base::Error& error) {
      CHECK(error.kind() == base::ErrorKind::data);
    }
  }
}
