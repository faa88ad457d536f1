#include "tools/snow-put/rows/place.hpp"

#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"

namespace cdckit::snow_put {
namespace {

std::string_view without_quotes(std::string_view token) {
  return token.size() >= 2 && token.front() == '"' ? token.substr(1, token.size() - 2) : token;
}

struct Record {
  std::string_view topic;
  std::string_view partition;
  std::string_view offset;
  std::string_view timestamp;
};

Record record_of(std::string_view kafka) {
  Record record;
  ndjson::ObjectCursor cursor(kafka);
  ndjson::Member member;
  while (cursor.next(member)) {
    if (member.name == "topic") record.topic = without_quotes(member.value);
    if (member.name == "partition") record.partition = member.value;
    if (member.name == "offset") record.offset = member.value;
    if (member.name == "timestamp") record.timestamp = member.value;
  }
  return record;
}

// Of `"[\"27504232\",\"27504560\"]"` the last number.
std::string_view last_number(std::string_view token) {
  const std::size_t end = token.find_last_of("0123456789");
  if (end == std::string_view::npos) return {};
  const std::size_t before = token.find_last_not_of("0123456789", end);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  return token.substr(begin, end + 1 - begin);
}

// A row of an incremental snapshot has no LSN of its own, but those that were the newest.
std::string_view lsn_of(const ndjson::Object& source) {
  const std::string_view lsn = ndjson::find_member(source, "lsn");
  if (!lsn.empty() && !ndjson::is_null(lsn)) return lsn;
  return last_number(ndjson::find_member(source, "sequence"));
}

// Events of other programs carry no position of ours: row LSN and Kafka offset together order the
// changes of one key just as well, since a row is locked until its transaction ends.
bool place_by_offset(Placed& placed, const Record& record, std::string_view lsn) {
  const auto number = base::parse_unsigned(record.offset);
  if (!number) return false;
  placed.position = {event::Origin::offset,
                     {base::parse_unsigned(lsn).value_or(0), *number},
                     base::parse_unsigned(record.timestamp).value_or(0)};
  return true;
}

}  // namespace

Placed Placer::place(const event::Event& event) {
  Placed placed;
  const event::Source source = sources_.read(event);
  placed.origins.schema = source.schema;
  placed.origins.table = source.table;
  placed.origins.key = event.key;
  placed.ts_us = base::parse_signed(source.ts_us).value_or(0);
  if (source.table.empty()) placed.reason = "source.table is missing";
  Record record;
  if (!event.kafka.empty()) {
    record = record_of(event.kafka);
    placed.origins.topic = record.topic;
    placed.origins.partition = record.partition;
  }
  if (event.pos.empty()) {
    if (!place_by_offset(placed, record, lsn_of({event.source, event.source_members})))
      placed.reason = "pos is missing";
    return placed;
  }
  const auto position = event::parse_position(event.pos);
  if (!position) placed.reason = "pos is no position";
  placed.position.origin = event.op == 'r' ? event::Origin::snapshot : event::Origin::stream;
  placed.position.position = position.value_or(event::Position{});
  return placed;
}

Placed Placer::place_row(const event::Event& row) {
  Placed placed;
  placed.position.origin = event::Origin::plain;
  const std::string_view kafka = ndjson::find_member({row.line, row.row_members}, "kafka");
  if (kafka.empty() || kafka.front() != '{') return placed;
  const Record record = record_of(kafka);
  if (record.topic.empty() || !place_by_offset(placed, record, {})) return placed;
  placed.origins.topic = record.topic;
  placed.origins.partition = record.partition;
  return placed;
}

}  // namespace cdckit::snow_put
