#include "common/event/control.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"

#include <array>
#include <utility>

namespace cdckit::event {

namespace {

using ndjson::append_member;
using ndjson::append_string;
using ndjson::Member;
using ndjson::ObjectCursor;

constexpr std::array<std::pair<std::string_view, ControlKind>, 9> kKinds{
    {{"hello", ControlKind::hello},
     {"snapshot", ControlKind::snapshot},
     {"schema", ControlKind::schema},
     {"begin", ControlKind::begin},
     {"commit", ControlKind::commit},
     {"ckpt", ControlKind::checkpoint},
     {"eof", ControlKind::eof},
     {"assigned", ControlKind::assigned},
     {"revoked", ControlKind::revoked}}};

[[noreturn]] void refuse(std::string_view what) {
  throw base::Error(base::ErrorKind::data, "could not read control line: " + std::string(what));
}

std::string text_of(std::string_view token) {
  if (token == "null") return {};
  if (token.size() < 2 || token.front() != '"') refuse("a member must be text");
  std::string out;
  ndjson::append_unescaped(out, token);
  return out;
}

std::uint64_t number_of(std::string_view token) {
  const auto value = base::parse_unsigned(token);
  if (!value) refuse("a member must be a whole number");
  return *value;
}

std::vector<std::string> texts_of(std::string_view array) {
  std::vector<std::string> out;
  if (!array.starts_with('[')) refuse("a member must be a list");
  ndjson::ArrayCursor cursor(array);
  std::string_view element;
  while (cursor.next(element)) out.push_back(text_of(element));
  return out;
}

std::vector<TopicPartition> partitions_of(std::string_view array) {
  std::vector<TopicPartition> out;
  ndjson::ArrayCursor cursor(array);
  std::string_view element;
  while (cursor.next(element)) {
    TopicPartition& entry = out.emplace_back();
    entry.topic = text_of(ndjson::find_member(element, "topic"));
    const std::uint64_t partition = number_of(ndjson::find_member(element, "partition"));
    if (entry.topic.empty() || partition > INT32_MAX)
      refuse("\"partitions\" needs topic and partition");
    entry.partition = static_cast<std::int32_t>(partition);
  }
  return out;
}

void read_member(Control& control, const Member& member) {
  if (member.name == "run") control.run = text_of(member.value);
  if (member.name == "source" && control.kind == ControlKind::hello) control.source = member.value;
  if (member.name == "from") control.from = text_of(member.value);
  if (member.name == "encoding" && control.kind == ControlKind::hello)
    control.encoding = text_of(member.value);
  if (member.name == "ack" && control.kind == ControlKind::hello)
    control.ack = texts_of(member.value);
  if (member.name == "seq") control.seq = number_of(member.value);
  if (member.name == "pos") control.pos = text_of(member.value);
  if (member.name == "rows") control.rows = number_of(member.value);
  if (member.name == "inside") control.inside = member.value == "true";
  if (member.name == "phase") control.phase = text_of(member.value);
  if (member.name == "schema") control.schema = text_of(member.value);
  if (member.name == "table") control.table = text_of(member.value);
  if (member.name == "scope") control.scope = text_of(member.value);
  if (member.name == "part") control.part = number_of(member.value);
  if (member.name == "parts") control.parts = number_of(member.value);
  if (member.name == "partitions") control.partitions = partitions_of(member.value);
}

void require_members(const Control& control) {
  const bool is_border =
      control.kind == ControlKind::checkpoint || control.kind == ControlKind::eof;
  if ((is_border || control.kind == ControlKind::hello) && control.run.empty())
    refuse("\"run\" is missing");
  if (is_border && control.seq == 0) refuse("\"seq\" is missing");
  if (control.kind == ControlKind::snapshot && control.phase != "begin" && control.phase != "end") {
    refuse("\"phase\" is neither begin nor end");
  }
  if (control.part < 1 || control.part > control.parts) refuse("\"part\" is none of the \"parts\"");
}

void finish(std::string& out) {
  out.pop_back();  // the last comma
  out += '}';
}

std::string quoted(std::string_view text) {
  std::string out;
  append_string(out, text);
  return out;
}

}  // namespace

Control parse_control(std::string_view line) {
  Control control;
  control.line = line;
  ObjectCursor cursor(line);
  Member member;
  while (cursor.next(member)) {
    if (member.name == "__cdc") {
      const std::string word = text_of(member.value);
      for (const auto& [name, kind] : kKinds) {
        if (word == name) control.kind = kind;
      }
    } else if (control.kind != ControlKind::begin && control.kind != ControlKind::commit &&
               control.kind != ControlKind::unknown) {
      // of an unknown kind nothing is known, also not what its members hold
      // `columns` and `key` of a schema line are read by parse_schema_line()
      read_member(control, member);
    }
  }
  require_members(control);
  return control;
}

void append_hello(std::string& out, const Hello& hello) {
  out += R"({"__cdc":"hello","v":1,)";
  append_member(out, "run", quoted(hello.run));
  append_member(out, "source", hello.source_json);
  append_member(out, "from", quoted(hello.from));
  if (!hello.encoding.empty()) append_member(out, "encoding", quoted(hello.encoding));
  if (hello.ack) {
    std::string files = "[";
    for (const std::string& file : *hello.ack) files += quoted(file) + ",";
    if (files.size() > 1) files.pop_back();
    append_member(out, "ack", files + "]");
  }
  finish(out);
}

void append_checkpoint(std::string& out,
                       std::string_view run,
                       std::uint64_t seq,
                       std::string_view pos,
                       std::uint64_t rows) {
  out += R"({"__cdc":"ckpt",)";
  append_member(out, "run", quoted(run));
  append_member(out, "seq", seq);
  append_member(out, "pos", quoted(pos));
  append_member(out, "rows", rows);
  append_member(out, "ts_ms", static_cast<std::uint64_t>(base::unix_milliseconds()));
  finish(out);
}

void append_eof(
    std::string& out, std::string_view run, std::uint64_t seq, std::string_view pos, bool inside) {
  out += R"({"__cdc":"eof",)";
  append_member(out, "run", quoted(run));
  append_member(out, "seq", seq);
  append_member(out, "pos", quoted(pos));
  if (inside) append_member(out, "inside", std::string_view("true"));
  finish(out);
}

void append_snapshot(std::string& out, const SnapshotBorder& border) {
  out += R"({"__cdc":"snapshot",)";
  append_member(out, "phase", quoted(border.phase));
  if (!border.scope.empty()) {
    append_member(out, "scope", quoted(border.scope));
  } else {
    append_member(out, "schema", quoted(border.schema));
    append_member(out, "table", quoted(border.table));
  }
  append_member(out, "pos", quoted(border.pos));
  if (border.parts > 1) {
    append_member(out, "part", border.part);
    append_member(out, "parts", border.parts);
  }
  if (border.phase == "end") append_member(out, "rows", border.rows);
  finish(out);
}

void append_partitions(std::string& out,
                       ControlKind kind,
                       const std::vector<TopicPartition>& partitions) {
  out += kind == ControlKind::assigned ? R"({"__cdc":"assigned","partitions":[)"
                                       : R"({"__cdc":"revoked","partitions":[)";
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    if (i > 0) out += ',';
    out += R"({"topic":)";
    append_string(out, partitions[i].topic);
    out += R"(,"partition":)" + std::to_string(partitions[i].partition) + "}";
  }
  out += "]}";
}

}  // namespace cdckit::event
