// One data line (cdc-event(5)) as slices of the line itself, and the decoder that finds them:
// one walk validates the line (UTF-8, whole JSON grammar) and locates the members.
// Slices die with the line. No allocation per line.
#pragma once

#include "common/ndjson/walker.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace cdckit::event {

enum class LineKind { event, row, control };

// Values are raw JSON; absent and null members are empty views. `pos` is without quotes.
struct Event {
  std::string_view line;
  char op = 0;  // c u d r t m
  std::string_view pos;
  std::string_view key;
  std::string_view old_key;  // on the c of a key change
  std::string_view new_key;  // on the d of a key change
  std::string_view before;
  std::string_view after;
  std::string_view source;
  std::string_view transaction;
  std::string_view message;    // op m
  std::string_view unchanged;  // array of column names whose values the server did not send
  std::string_view ts_us;
  std::string_view kafka;  // {"topic","partition","offset","timestamp"}
  // What the decoder found inside of key, before, after and source, and of the whole event (the
  // line's members, or those of its payload); of a plain row its members. Valid until the next
  // decode().
  ndjson::FoundMembers members;
  ndjson::FoundMembers key_members;
  ndjson::FoundMembers before_members;
  ndjson::FoundMembers after_members;
  ndjson::FoundMembers source_members;
  ndjson::FoundMembers row_members;
  // The line from the first member that is not ours (pos, key, old_key, new_key, kafka) to the
  // closing brace when ours all come first, else empty: see append_debezium_value().
  std::string_view tail;
};

class Decoder {
 public:
  // Null and `kind`/`event` set when the line is fine, else the reason (static text). A line that
  // starts with `{"__cdc":` is control; one with a string member `op` and a `source`, `before` or
  // `after` is an event; any other object is a plain row (event.line is set, the rest empty). The
  // event may also stand in `payload` beside a `schema` (walcat --schemas).
  const char* decode(std::string_view line, bool padded, LineKind& kind, Event& event);

 private:
  ndjson::Walker walker_;
  bool expects_event_ = false;  // as the line before was one
};

inline constexpr std::string_view kControlPrefix = R"({"__cdc":)";

// Of a member's name as it stands in the line: pos, key, old_key, new_key and kafka.
bool is_our_member(std::string_view name) noexcept;

// The key's columns: the key itself, or its payload where a schema stands around it (walcat
// --schemas). Nothing is found in an event without a key.
ndjson::Object key_columns(const Event& event) noexcept;

// Debezium's value: the line without pos, key, old_key, new_key and kafka.
void append_debezium_value(std::string& out, const Event& event);

}  // namespace cdckit::event
