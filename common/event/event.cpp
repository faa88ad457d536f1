#include "common/event/event.hpp"

#include "common/ndjson/text.hpp"

namespace cdckit::event {

namespace {

using ndjson::Member;
using ndjson::ObjectCursor;

bool is_null(std::string_view value) noexcept {
  return value == "null";
}

std::string_view without_quotes(std::string_view token) noexcept {
  return token.size() >= 2 && token.front() == '"' ? token.substr(1, token.size() - 2)
                                                   : std::string_view{};
}

bool is_ours(std::string_view name) noexcept {
  return name == "pos" || name == "key" || name == "old_key" || name == "new_key" ||
         name == "kafka";
}

struct Slot {
  std::string_view name;
  std::string_view Event::* member;
};
constexpr Slot kSlots[] = {
    {"key", &Event::key},
    {"old_key", &Event::old_key},
    {"new_key", &Event::new_key},
    {"before", &Event::before},
    {"after", &Event::after},
    {"source", &Event::source},
    {"message", &Event::message},
    {"transaction", &Event::transaction},
    {"unchanged", &Event::unchanged},
    {"ts_us", &Event::ts_us},
    {"kafka", &Event::kafka},
};

void store(Event& event, const Member& member) noexcept {
  if (is_null(member.value)) return;
  for (const Slot& slot : kSlots) {
    if (member.name == slot.name) {
      event.*(slot.member) = member.value;
      return;
    }
  }
}

bool is_operation(std::string_view token) noexcept {
  return token.size() == 3 && std::string_view("cudrtm").find(token[1]) != std::string_view::npos;
}

// What tells an event from a plain row.
struct Found {
  bool operation = false;
  bool envelope = false;
};

void take_member(Event& event, const Member& member, Found& found) noexcept {
  if (member.name == "op") {
    found.operation = is_operation(member.value);
    event.op = found.operation ? member.value[1] : '\0';
  } else if (member.name == "pos") {
    event.pos = without_quotes(member.value);
  } else {
    found.envelope = found.envelope || member.name == "source" || member.name == "before" ||
                     member.name == "after";
    store(event, member);
  }
}

// {"schema":..,"payload":..} around Debezium's value; what is ours stands outside.
void take_payload(Event& event, std::string_view payload, Found& found) noexcept {
  if (!payload.starts_with('{')) return;
  ObjectCursor cursor(payload);
  Member member;
  while (cursor.next(member)) {
    if (!is_ours(member.name)) take_member(event, member, found);
  }
}

}  // namespace

Source read_source(std::string_view source) {
  Source out;
  ObjectCursor cursor(source);
  Member member;
  while (cursor.next(member)) {
    if (member.name == "schema") out.schema = without_quotes(member.value);
    if (member.name == "table") out.table = without_quotes(member.value);
    if (member.name == "snapshot") out.snapshot = without_quotes(member.value);
    if (member.name == "ts_us") out.ts_us = member.value;
  }
  return out;
}

const char* Decoder::decode(std::string_view line, bool padded, LineKind& kind, Event& event) {
  if (const char* reason = validator_.check_object(line, padded)) return reason;
  event = Event{};
  event.line = line;
  kind = LineKind::row;
  if (line.starts_with(kControlPrefix)) {
    kind = LineKind::control;
    return nullptr;
  }
  ObjectCursor cursor(line);
  Member member;
  Found found;
  bool has_schema = false;
  bool others_follow = false;
  while (cursor.next(member)) {
    if (is_ours(member.name)) {
      if (!event.tail.empty()) others_follow = true;
    } else if (event.tail.empty()) {
      const char* begin = member.name.data() - 1;
      event.tail = {begin, static_cast<std::size_t>(line.data() + line.size() - begin)};
    }
    if (member.name == "payload" && has_schema && !found.operation) {
      take_payload(event, member.value, found);
    } else {
      has_schema = has_schema || member.name == "schema";
      take_member(event, member, found);
    }
  }
  if (others_follow) event.tail = {};
  while (!event.tail.empty() && event.tail.back() != '}')
    event.tail.remove_suffix(1);  // white space
  if (found.operation && found.envelope) {
    kind = LineKind::event;
  } else {
    event = Event{};
    event.line = line;
  }
  return nullptr;
}

void append_debezium_value(std::string& out, const Event& event) {
  out += '{';
  if (!event.tail.empty()) {
    out += event.tail;
    return;
  }
  ObjectCursor cursor(event.line);
  Member member;
  bool first = true;
  while (cursor.next(member)) {
    if (is_ours(member.name)) continue;
    if (!first) out += ',';
    first = false;
    out += '"';
    out += member.name;
    out += "\":";
    out += member.value;
  }
  out += '}';
}

}  // namespace cdckit::event
