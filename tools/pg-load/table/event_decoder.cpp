#include "tools/pg-load/table/event_decoder.hpp"

#include "common/base/error.hpp"
#include "common/ndjson/text.hpp"

#include <algorithm>

namespace cdckit::pg_load {
Encoding parse_encoding(std::string_view word) {
  if (word.empty()) return Encoding::unsaid;
  if (word == "plain") return Encoding::plain;
  if (word == "debezium") return Encoding::debezium;
  throw base::Error(base::ErrorKind::data,
                    "could not read events in the encoding \"" + std::string(word) + "\"",
                    "plain and debezium are known.");
}

EventDecoder::EventDecoder(const TargetTable& target,
                           const event::TableSchema* schema,
                           const DecoderSettings& settings)
    : table_(display_name(target.name)),
      encoding_(schema == nullptr ? Encoding::unsaid : parse_encoding(schema->encoding)),
      binary_(settings.binary),
      unavailable_(settings.unavailable) {
  if (encoding_ == Encoding::unsaid) encoding_ = settings.said;
  if (encoding_ == Encoding::unsaid) encoding_ = settings.otherwise;
  if (encoding_ == Encoding::plain) return;
  for (const Column& column : target.columns)
    types_.emplace_back(column.name, column.resolved_type);
  look_for_schema_ = schema == nullptr;
  if (schema != nullptr && encoding_ == Encoding::debezium && !schema->connect.empty()) {
    plan_by_schema(ndjson::find_member(schema->connect, "value"), schema->columns);
    return;
  }
  plan_by_type();
  if (schema == nullptr) return;
  for (Field& field : fields_) {
    field.type = type_of(schema->columns, field.name);
    field.how = decoding_by_type(field.type, binary_);
  }
}

// What the source says of its column, else what the target has.
std::string EventDecoder::type_of(const std::vector<event::Column>& columns,
                                  const std::string& name) const {
  for (const event::Column& column : columns) {
    if (column.name == name && !column.type.empty()) return column.type;
  }
  for (const auto& [column, type] : types_) {
    if (column == name) return type;
  }
  return {};
}

void EventDecoder::plan_by_type() {
  for (const auto& [name, type] : types_) {
    fields_.push_back({.name = name,
                       .type = type,
                       .how = decoding_by_type(type, binary_),
                       .check = plain_check(type)});
  }
}

void EventDecoder::plan_by_schema(std::string_view value_schema,
                                  const std::vector<event::Column>& columns) {
  fields_.clear();
  if (!value_schema.starts_with('{')) return plan_by_type();
  for (const auto& [name, schema] : row_fields(value_schema)) {
    const std::string type = type_of(columns, name);
    fields_.push_back({.name = name,
                       .type = type,
                       .how = decoding_by_schema(schema, type, binary_),
                       .check = {}});
  }
}

void EventDecoder::read_own_schema(const event::Event& event) {
  const std::string_view payload = ndjson::find_member(event.line, "payload");
  look_for_schema_ = payload.starts_with('{');
  if (!look_for_schema_) return;
  const std::string_view schema = ndjson::find_member(event.line, "schema");
  if (schema == own_schema_) return;
  own_schema_ = schema;
  encoding_ = Encoding::debezium;
  plan_by_schema(schema, {});
}

const FieldProblem* EventDecoder::decode(event::Event& event) {
  if (encoding_ == Encoding::plain) return nullptr;
  if (look_for_schema_) read_own_schema(event);
  if (encoding_ == Encoding::unsaid) {
    for (const std::string_view row : {event.after, event.before, event.key}) {
      if (row.empty()) continue;
      if (const FieldProblem* problem = check_row(row)) return problem;
    }
    return nullptr;
  }
  unchanged_ = "[";
  std::size_t place = 0;
  for (std::string_view* row : {&event.after, &event.before, &event.key, &event.old_key}) {
    std::string& into = rows_[place++];
    if (row->empty()) continue;
    if (const FieldProblem* problem = decode_row(*row, into)) return problem;
    // Of the old row a placeholder says nothing that the new one does not.
    if (place == 1 && unchanged_.size() > 1 && event.unchanged.empty())
      event.unchanged = unchanged_ += ']';
  }
  event.after_members = {};
  event.before_members = {};
  event.key_members = {};
  return nullptr;
}

const EventDecoder::Field* EventDecoder::find(std::string_view raw_name, std::size_t place) {
  if (place < fields_.size() && fields_[place].name == raw_name) return &fields_[place];
  const std::string_view quoted(raw_name.data() - 1, raw_name.size() + 2);
  const std::string_view name = ndjson::unescape(quoted, scratch_);
  const auto found = std::find_if(
      fields_.begin(), fields_.end(), [&](const Field& field) { return field.name == name; });
  return found == fields_.end() ? nullptr : &*found;
}

const FieldProblem* EventDecoder::decode_row(std::string_view& row, std::string& into) {
  into = "{";
  ndjson::ObjectCursor cursor(row);
  ndjson::Member member;
  for (std::size_t place = 0; cursor.next(member); ++place) {
    if (unavailable_.is(member.value)) {
      unchanged_ += unchanged_.size() > 1 ? ",\"" : "\"";
      unchanged_.append(member.name).append(1, '"');
      continue;
    }
    into.append(into.size() > 1 ? ",\"" : "\"").append(member.name).append("\":");
    const Field* field = find(member.name, place);
    if (field == nullptr) {
      into += member.value;
    } else if (const FieldProblem* problem = values_.decode(field->how, member.value, into)) {
      return fail(*problem, *field, member.value);
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
    const Field* field = find(member.name, place);
    if (field == nullptr || field->check.of == Check::none) continue;
    if (const FieldProblem* problem = check_unsaid(field->check, member.value))
      return fail(*problem, *field, member.value);
  }
  return nullptr;
}

const FieldProblem* EventDecoder::fail(const FieldProblem& problem,
                                       const Field& field,
                                       std::string_view json) {
  problem_text_ = column_problem(table_, field.name, field.type, problem.reason, json);
  return &problem;
}

}  // namespace cdckit::pg_load
