#include "common/event/event.hpp"

#include "common/ndjson/text.hpp"

#include <cstring>

namespace cdckit::event {

namespace {

using ndjson::FoundMember;
using ndjson::FoundMembers;
using ndjson::Member;
using ndjson::ObjectCursor;

enum class Name {
  other,
  op,
  pos,
  key,
  old_key,
  new_key,
  before,
  after,
  source,
  message,
  transaction,
  unchanged,
  ts_us,
  kafka,
  schema,
  payload
};

// `word` has the length of `text`.
template <std::size_t Size>
bool is(std::string_view text, const char (&word)[Size]) noexcept {
  return std::memcmp(text.data(), word, Size - 1) == 0;
}

Name name_of_five(std::string_view text) noexcept {
  if (is(text, "after")) return Name::after;
  if (is(text, "ts_us")) return Name::ts_us;
  return is(text, "kafka") ? Name::kafka : Name::other;
}

Name name_of_six(std::string_view text) noexcept {
  if (is(text, "before")) return Name::before;
  if (is(text, "source")) return Name::source;
  return is(text, "schema") ? Name::schema : Name::other;
}

Name name_of_seven(std::string_view text) noexcept {
  if (is(text, "old_key")) return Name::old_key;
  if (is(text, "new_key")) return Name::new_key;
  if (is(text, "payload")) return Name::payload;
  return is(text, "message") ? Name::message : Name::other;
}

// By length first: most names that are not ours end here.
Name name_of(std::string_view text) noexcept {
  switch (text.size()) {
    case 2:
      return is(text, "op") ? Name::op : Name::other;
    case 3:
      if (is(text, "pos")) return Name::pos;
      return is(text, "key") ? Name::key : Name::other;
    case 5:
      return name_of_five(text);
    case 6:
      return name_of_six(text);
    case 7:
      return name_of_seven(text);
    case 9:
      return is(text, "unchanged") ? Name::unchanged : Name::other;
    case 11:
      return is(text, "transaction") ? Name::transaction : Name::other;
    default:
      return Name::other;
  }
}

std::string_view without_quotes(std::string_view token) noexcept {
  return token.size() >= 2 && token.front() == '"' ? token.substr(1, token.size() - 2)
                                                   : std::string_view{};
}

bool is_ours(Name name) noexcept {
  return name == Name::pos || name == Name::key || name == Name::old_key || name == Name::new_key ||
         name == Name::kafka;
}

// Where a member's value goes, and what was found inside of it.
struct Slot {
  std::string_view Event::* value = nullptr;
  FoundMembers Event::* members = nullptr;
};

Slot slot_of(Name name) noexcept {
  switch (name) {
    case Name::key:
      return {&Event::key, &Event::key_members};
    case Name::old_key:
      return {&Event::old_key};
    case Name::new_key:
      return {&Event::new_key};
    case Name::before:
      return {&Event::before, &Event::before_members};
    case Name::after:
      return {&Event::after, &Event::after_members};
    case Name::source:
      return {&Event::source, &Event::source_members};
    case Name::message:
      return {&Event::message};
    case Name::transaction:
      return {&Event::transaction};
    case Name::unchanged:
      return {&Event::unchanged};
    case Name::ts_us:
      return {&Event::ts_us};
    case Name::kafka:
      return {&Event::kafka};
    default:
      return {};
  }
}

FoundMembers inside_of(const FoundMember& member) noexcept {
  return {&member + 1, member.inside};
}

bool is_operation(std::string_view token) noexcept {
  return token.size() == 3 && std::string_view("cudrtm").find(token[1]) != std::string_view::npos;
}

// What tells an event from a plain row.
struct Found {
  bool operation = false;
  bool envelope = false;
};

void take_member(Event& event, Name name, const FoundMember& member, Found& found) noexcept {
  if (name == Name::op) {
    found.operation = is_operation(member.value);
    event.op = found.operation ? member.value[1] : '\0';
    return;
  }
  if (name == Name::pos) {
    event.pos = without_quotes(member.value);
    return;
  }
  found.envelope =
      found.envelope || name == Name::source || name == Name::before || name == Name::after;
  const Slot slot = slot_of(name);
  if (slot.value == nullptr || ndjson::is_null(member.value)) return;
  event.*(slot.value) = member.value;
  if (slot.members != nullptr) event.*(slot.members) = inside_of(member);
}

// {"schema":..,"payload":..} around Debezium's value; what is ours stands outside.
void take_payload(Event& event, const FoundMember& payload, Found& found) noexcept {
  if (!payload.value.starts_with('{')) return;
  const FoundMembers members = inside_of(payload);
  event.members = members;
  for (std::size_t i = 0; i < members.size(); i += 1 + members[i].inside) {
    const Name name = name_of(members[i].name);
    if (!is_ours(name)) take_member(event, name, members[i], found);
  }
}

// Without one of these members no line is an event.
bool may_be_event(FoundMembers members) noexcept {
  for (std::size_t i = 0; i < members.size(); i += 1 + members[i].inside) {
    const std::string_view name = members[i].name;
    if (name.size() == 2 && is(name, "op")) return true;
    if (name.size() == 7 && is(name, "payload")) return true;
  }
  return false;
}

// The text from the first member that is not ours on, if all that are come before it.
class Tail {
 public:
  void note(Name name, const Member& member) noexcept {
    if (!is_ours(name)) {
      if (begin_ == nullptr) begin_ = member.name.data() - 1;
    } else if (begin_ != nullptr) {
      broken_ = true;
    }
  }
  [[nodiscard]] std::string_view of(std::string_view line) const noexcept {
    if (begin_ == nullptr || broken_) return {};
    const std::size_t end = line.rfind('}') + 1;
    return line.substr(static_cast<std::size_t>(begin_ - line.data()),
                       end - static_cast<std::size_t>(begin_ - line.data()));
  }

 private:
  const char* begin_ = nullptr;
  bool broken_ = false;
};

bool read_event(FoundMembers members, Event& event) noexcept {
  Found found;
  Tail tail;
  event.members = members;
  bool has_schema = false;
  for (std::size_t i = 0; i < members.size(); i += 1 + members[i].inside) {
    const Name name = name_of(members[i].name);
    tail.note(name, members[i]);
    if (name == Name::payload && has_schema && !found.operation) {
      take_payload(event, members[i], found);
    } else {
      has_schema = has_schema || name == Name::schema;
      take_member(event, name, members[i], found);
    }
  }
  event.tail = tail.of(event.line);
  return found.operation && found.envelope;
}

}  // namespace

const char* Decoder::decode(std::string_view line, bool padded, LineKind& kind, Event& event) {
  if (const char* reason = walker_.walk(line, padded)) return reason;
  event = Event{};
  event.line = line;
  kind = LineKind::row;
  if (line.starts_with(kControlPrefix)) {
    kind = LineKind::control;
    return nullptr;
  }
  const FoundMembers members = walker_.members();
  if (expects_event_ || may_be_event(members)) {
    expects_event_ = read_event(members, event);
    if (expects_event_) {
      kind = LineKind::event;
      return nullptr;
    }
    event = Event{};
    event.line = line;
  }
  event.row_members = members;
  return nullptr;
}

bool is_our_member(std::string_view name) noexcept {
  return is_ours(name_of(name));
}

// A key of two columns `schema` and `payload` is none of these unless one of them holds an object,
// which no column of a key does.
ndjson::Object key_columns(const Event& event) noexcept {
  const ndjson::Object key(event.key, event.key_members);
  ndjson::ObjectCursor cursor(key);
  Member schema;
  if (event.key.empty() || !cursor.next(schema) || schema.name != "schema" ||
      !schema.value.starts_with('{'))
    return key;
  const std::size_t place = event.key_members.empty() ? 0 : 1 + event.key_members[0].inside;
  Member payload;
  if (!cursor.next(payload) || payload.name != "payload" || !payload.value.starts_with('{'))
    return key;
  if (event.key_members.empty()) return {payload.value};
  return {payload.value, inside_of(event.key_members[place])};
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
    if (is_ours(name_of(member.name))) continue;
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
