#include "common/debezium/event_decoder.hpp"

#include "common/base/error.hpp"
#include "common/ndjson/text.hpp"

#include <algorithm>

namespace cdckit::debezium {

using event::FieldProblem;

Encoding parse_encoding(std::string_view word) {
  if (word.empty()) return Encoding::unsaid;
  if (word == "plain") return Encoding::plain;
  if (word == "debezium") return Encoding::debezium;
  throw base::Error(base::ErrorKind::data,
                    "could not read events in the encoding \"" + std::string(word) + "\"",
                    "plain and debezium are known.");
}

Binary parse_binary(std::string_view word) {
  if (word == "bytes") return Binary::bytes;
  if (word == "base64") return Binary::base64;
  if (word == "base64-url-safe") return Binary::base64_url_safe;
  return word == "hex" ? Binary::hex : Binary::unsaid;
}

ColumnFacts facts_of(std::string_view type, Binary binary) {
  return {std::string(type), decoding_by_type(type, binary), plain_check(type)};
}

EventDecoder::EventDecoder(DecoderTarget target,
                           const event::TableSchema* schema,
                           const DecoderSettings& settings)
    : target_(std::move(target)),
      encoding_(schema == nullptr ? Encoding::unsaid : parse_encoding(schema->encoding)),
      binary_(settings.binary),
      look_for_schema_(schema == nullptr),
      unavailable_(settings.unavailable) {
  if (encoding_ == Encoding::unsaid) encoding_ = settings.said;
  if (encoding_ == Encoding::unsaid) encoding_ = settings.otherwise;
  if (encoding_ == Encoding::plain || schema == nullptr) return;
  columns_ = schema->columns;
  if (encoding_ == Encoding::debezium && !schema->connect.empty())
    plan_by_schema(ndjson::find_member(schema->connect, "value"));
}

void EventDecoder::plan_by_schema(std::string_view value_schema) {
  fields_.clear();
  by_schema_.clear();
  if (!value_schema.starts_with('{')) return;
  for (const auto& [name, schema] : row_fields(value_schema)) by_schema_.emplace_back(name, schema);
}

// What the source says of its column, else what the target has.
EventDecoder::Field EventDecoder::make_field(std::string name) const {
  Field field{std::move(name), {}, false};
  const auto target = target_.column(field.name);
  std::string type = target ? target->type : std::string();
  const auto source = std::find_if(columns_.begin(), columns_.end(), [&](const auto& column) {
    return column.name == field.name && !column.type.empty();
  });
  if (source != columns_.end()) type = source->type;
  const auto connect = std::find_if(by_schema_.begin(), by_schema_.end(), [&](const auto& entry) {
    return entry.first == field.name;
  });
  if (connect != by_schema_.end()) {
    field.facts = {type, decoding_by_schema(connect->second, type, binary_), {}};
    field.known = true;
  } else if (by_schema_.empty() && target) {
    field.facts = source != columns_.end() ? facts_of(type, binary_) : *target;
    field.known = true;
  }
  return field;
}

void EventDecoder::read_own_schema(const event::Event& event) {
  const std::string_view payload = ndjson::find_member(event.line, "payload");
  look_for_schema_ = payload.starts_with('{');
  if (!look_for_schema_) return;
  const std::string_view schema = ndjson::find_member(event.line, "schema");
  if (schema == own_schema_) return;
  own_schema_ = schema;
  encoding_ = Encoding::debezium;
  plan_by_schema(schema);
}

const FieldProblem* EventDecoder::decode(event::Event& event) {
  if (encoding_ == Encoding::plain) return nullptr;
  if (look_for_schema_) read_own_schema(event);
  const ndjson::Object key = event::key_columns(event);
  event.key = key.text;
  event.key_members = key.found;
  if (encoding_ == Encoding::unsaid) {
    for (const std::string_view row : {event.after, event.before, event.key}) {
      if (row.empty()) continue;
      if (const FieldProblem* problem = check_row(row)) return problem;
    }
    return nullptr;
  }
  memory_.unchanged = "[";
  std::string* into = memory_.rows;
  for (std::string_view* row :
       {&event.after, &event.before, &event.key, &event.old_key, &event.new_key}) {
    // Of the old row a placeholder says nothing that the new one does not.
    const bool is_after = row == &event.after;
    if (!row->empty()) {
      if (const FieldProblem* problem = decode_row(*row, *into, is_after)) return problem;
    }
    ++into;
  }
  if (memory_.unchanged.size() > 1 && event.unchanged.empty())
    event.unchanged = memory_.unchanged += ']';
  event.after_members = {};
  event.before_members = {};
  event.key_members = {};
  return nullptr;
}

// Members come in the same order row after row.
const EventDecoder::Field& EventDecoder::find(std::string_view raw_name, std::size_t place) {
  if (place < fields_.size() && fields_[place].name == raw_name) return fields_[place];
  const std::string_view quoted(raw_name.data() - 1, raw_name.size() + 2);
  const std::string_view name = ndjson::unescape(quoted, memory_.name);
  const auto found = std::find_if(
      fields_.begin(), fields_.end(), [&](const Field& field) { return field.name == name; });
  if (found != fields_.end()) return *found;
  return fields_.emplace_back(make_field(std::string(name)));
}

const FieldProblem* EventDecoder::decode_row(std::string_view& row,
                                             std::string& into,
                                             bool is_after) {
  into = "{";
  ndjson::ObjectCursor cursor(row);
  ndjson::Member member;
  for (std::size_t place = 0; cursor.next(member); ++place) {
    if (unavailable_.is(member.value)) {
      if (!is_after) continue;
      memory_.unchanged += memory_.unchanged.size() > 1 ? ",\"" : "\"";
      memory_.unchanged.append(member.name).append(1, '"');
      continue;
    }
    into.append(into.size() > 1 ? ",\"" : "\"").append(member.name).append("\":");
    const Field& field = find(member.name, place);
    if (!field.known) {
      into += member.value;
    } else if (const FieldProblem* problem = values_.decode(field.facts.how, member.value, into)) {
      return fail(*problem, field, member.value);
    }
  }
  into += '}';
  row = into;
  return nullptr;
}

const FieldProblem* EventDecoder::check_row(std::string_view row) {
  ndjson::ObjectCursor cursor(row);
  ndjson::Member member;
  for (std::size_t place = 0; cursor.next(member); ++place) {
    const Field& field = find(member.name, place);
    if (!field.known || field.facts.check.of == Check::none) continue;
    if (const FieldProblem* problem = check_unsaid(field.facts.check, member.value))
      return fail(*problem, field, member.value);
  }
  return nullptr;
}

const FieldProblem* EventDecoder::fail(const FieldProblem& problem,
                                       const Field& field,
                                       std::string_view json) {
  problem_text_ =
      event::column_problem(target_.name, field.name, field.facts.type, problem.reason, json);
  return &problem;
}

}  // namespace cdckit::debezium
