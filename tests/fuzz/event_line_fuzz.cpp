// One line of input as every sink reads it: decode, then walk whatever was found.
#include "common/event/control.hpp"
#include "common/event/event.hpp"
#include "common/event/position.hpp"
#include "common/event/schema.hpp"
#include "common/event/source.hpp"
#include "common/ndjson/text.hpp"
#include "tests/fuzz/target.hpp"

using namespace cdckit;

void fuzz_one(std::string_view bytes) {
  static event::Decoder decoder;
  event::LineKind kind{};
  event::Event event;
  if (decoder.decode(bytes, false, kind, event) != nullptr) return;
  std::string text;
  if (kind == event::LineKind::control) {
    (void)event::parse_control(bytes);
    (void)event::parse_schema_line(bytes);
    return;
  }
  event::append_debezium_value(text, event);
  (void)event::read_source({event.source.empty() ? "{}" : event.source, event.source_members});
  (void)event::parse_position(event.pos);
  ndjson::ObjectCursor cursor(event.after.empty() ? bytes : event.after);
  ndjson::Member member;
  while (cursor.next(member)) {
    if (member.value.starts_with('"')) ndjson::append_unescaped(text, member.value);
  }
}
