#include "tools/cdc-check/filter/checker.hpp"

#include "common/base/text.hpp"
#include "common/log/log.hpp"

#include <algorithm>

namespace cdckit::cdc_check {
namespace {

constexpr std::string_view kNothing = "{}";  // a key without columns: all of them are missing

// flights.public.live_state -> public, live_state
event::Source table_of_topic(std::string_view kafka) {
  if (!kafka.starts_with('{')) return {};
  std::string_view topic = ndjson::find_member(kafka, "topic");
  if (topic.size() < 2 || topic.front() != '"') return {};
  topic = topic.substr(1, topic.size() - 2);
  const std::size_t last = topic.rfind('.');
  if (last == std::string_view::npos)
    return {.schema = {}, .table = topic, .snapshot = {}, .ts_us = {}};
  const std::size_t before = topic.rfind('.', last - 1);
  const std::size_t begin = before == std::string_view::npos || last == 0 ? 0 : before + 1;
  return {.schema = topic.substr(begin, last - begin),
          .table = topic.substr(last + 1),
          .snapshot = {},
          .ts_us = {}};
}

bool has_column(const event::TableSchema& schema, const std::string& name) {
  return std::any_of(schema.columns.begin(),
                     schema.columns.end(),
                     [&](const event::Column& column) { return column.name == name; });
}

}  // namespace

Checker::Table::Table(std::vector<Code>& codes,
                      std::string schema_name,
                      std::string table_name,
                      const event::Unavailable& unavailable)
    : schema(std::move(schema_name)),
      name(std::move(table_name)),
      row(codes, Side::row, schema, name, unavailable),
      before(codes, Side::before, schema, name, unavailable),
      key(codes, Side::key, schema, name, unavailable) {}

Checker::Checker(std::vector<Code> codes, const std::string& unavailable)
    : codes_(std::move(codes)),
      unavailable_(unavailable),
      by_topic_(std::any_of(
          codes_.begin(), codes_.end(), [](const Code& code) { return code.rule.table != "*"; })) {}

Checker::Table& Checker::table_of(std::string_view schema, std::string_view table) {
  const std::string name = std::string(schema) + '\0' + std::string(table);
  auto& found = tables_[name];
  if (!found)
    found = std::make_unique<Table>(codes_, std::string(schema), std::string(table), unavailable_);
  newest_ = found.get();
  return *found;
}

Checker::Table& Checker::table_of(const event::Event& event) {
  if (newest_ != nullptr && reader_.is_of(event, newest_->schema, newest_->name)) return *newest_;
  const event::Source source = reader_.read(event);
  if (newest_ != nullptr && source.schema == newest_->schema && source.table == newest_->name)
    return *newest_;
  return table_of(source.schema, source.table);
}

Checker::Table& Checker::table_of_row(const ndjson::Object& row) {
  event::Source source;
  if (by_topic_) source = table_of_topic(ndjson::find_member(row, "kafka"));
  if (newest_ != nullptr && source.schema == newest_->schema && source.table == newest_->name)
    return *newest_;
  return table_of(source.schema, source.table);
}

// When it came to be at its source, which may tell milliseconds alone.
std::string_view Checker::time_of(const event::Event& event) {
  const std::string_view precise = reader_.read(event).ts_us;
  return precise.empty() ? ndjson::find_member({event.source, event.source_members}, "ts_ms")
                         : precise;
}

void Checker::run(Program& program, const Subject& subject) {
  if (program.empty()) return;
  used_.push_back(&program);
  const auto& broken = program.run(subject);
  if (!broken.empty()) broken_.insert(broken_.end(), broken.begin(), broken.end());
}

const std::vector<Broken>& Checker::check_event(const event::Event& event) {
  broken_.clear();
  used_.clear();
  if (event.op == 'm') return broken_;
  Table& table = table_of(event);
  if (event.op == 't') {
    table.row.forget_all();
    return broken_;
  }
  // what a snapshot reads may have been told before
  const bool update = event.op == 'u' || event.op == 'r';
  const std::string_view identity = event.key;
  if (event.before.starts_with('{') && (event.op == 'u' || event.op == 'd'))
    table.row.forget({event.before, event.before_members});
  if (event.op == 'd') {
    if (event.before.starts_with('{'))
      run(table.before, {.row = {event.before, event.before_members}, .identity = identity});
  } else if (event.after.starts_with('{')) {
    run(table.row,
        {.row = {event.after, event.after_members},
         .unchanged = event.unchanged,
         .identity = identity,
         .update = update,
         .event_time = table.row.needs_event_time() ? time_of(event) : std::string_view{}});
  }
  if (table.key.empty()) return broken_;
  if (event.key.starts_with('{')) {
    run(table.key, {.row = event::key_columns(event)});
  } else if (ndjson::find_member(base::trim(event.line), "key") == "null") {
    run(table.key, {.row = kNothing});
  }
  return broken_;
}

const std::vector<Broken>& Checker::check_row(const event::Event& row) {
  broken_.clear();
  used_.clear();
  // a line may begin and end with white space, a value does not
  const ndjson::Object object{base::trim(row.line), row.row_members};
  Table& table = table_of_row(object);
  const bool of_kafka = (table.row.needs_own_members() || !table.key.empty()) &&
                        ndjson::find_member(object, "kafka").starts_with('{');
  run(table.row,
      {.row = object,
       .own =
           of_kafka && table.row.needs_own_members() ? own_members(object) : std::string_view{}});
  if (table.key.empty()) return broken_;
  const std::string_view key = ndjson::find_member(object, "key");
  if (key.starts_with('{')) run(table.key, {.row = key});
  if (of_kafka && key == "null") run(table.key, {.row = kNothing});
  return broken_;
}

// Without key, pos and kafka, which the consumer put on.
std::string_view Checker::own_members(const ndjson::Object& row) {
  own_ = "{";
  ndjson::ObjectCursor cursor(row);
  ndjson::Member member;
  while (cursor.next(member)) {
    if (event::is_our_member(member.name)) continue;
    if (own_.size() > 1) own_ += ',';
    own_ += '"';
    own_ += member.name;
    own_ += "\":";
    own_ += member.value;
  }
  return own_ += '}';
}

void Checker::settle(bool went_on) {
  for (Program* program : used_) program->settle(went_on);
}

void Checker::on_schema(const event::TableSchema& schema) {
  Table& table = table_of(schema.schema, schema.table);
  const auto encodings = encodings_of(schema);
  for (Program* program : {&table.row, &table.before, &table.key})
    program->set_encodings(encodings);
  for (const Code& code : codes_) {
    if (code.is_for(schema.schema, schema.table)) warn_of_columns(code, schema);
  }
}

void Checker::warn_of_columns(const Code& code, const event::TableSchema& schema) {
  std::vector<Path> paths = code.rule.columns;
  paths.insert(paths.end(), code.rule.by.begin(), code.rule.by.end());
  if (code.expression)
    paths.insert(paths.end(), code.expression->columns.begin(), code.expression->columns.end());
  for (const Path& path : paths) {
    if (has_column(schema, path.front()) || !warned_.insert(code.number).second) continue;
    log::warning("rule \"" + code.rule.name + "\": table " + schema.schema + "." + schema.table +
                 " has no column \"" + path.front() + "\"");
  }
}

std::vector<std::uint64_t> Checker::rows_by_rule() const {
  std::vector<std::uint64_t> rows(codes_.size());
  for (const auto& [name, table] : tables_) {
    for (const Program* program : {&table->row, &table->before, &table->key}) {
      for (const Check& check : program->checks()) rows[check.code->number] += program->rows();
    }
  }
  return rows;
}

const Broken* worst_of(const std::vector<Broken>& broken) noexcept {
  const Broken* worst = nullptr;
  for (const Broken& one : broken) {
    const Severity severity = one.code->rule.severity;
    if (severity == Severity::warn) continue;
    if (worst == nullptr || severity > worst->code->rule.severity) worst = &one;
  }
  return worst;
}

}  // namespace cdckit::cdc_check
