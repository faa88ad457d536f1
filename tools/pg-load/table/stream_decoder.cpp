#include "tools/pg-load/table/stream_decoder.hpp"

#include "common/ndjson/text.hpp"

namespace cdckit::pg_load {
namespace {

// Between schema and table, as raw JSON never holds it.
constexpr char kBetween = '\n';

// By the types that domains stand for; the decoder outlives the table's description.
debezium::DecoderTarget decoder_target(const TargetTable& target, debezium::Binary binary) {
  std::vector<std::pair<std::string, std::string>> types;
  for (const Column& column : target.columns) types.emplace_back(column.name, column.resolved_type);
  return {display_name(target.name),
          [types, binary](const std::string& name) -> std::optional<debezium::ColumnFacts> {
            for (const auto& [column, type] : types) {
              if (column == name) return debezium::facts_of(type, binary);
            }
            return std::nullopt;
          }};
}

}  // namespace

void StreamDecoder::hello(std::string_view encoding) {
  settings_.said = parse_encoding(encoding);
  all_plain_ = settings_.said == Encoding::plain;
  known_ = nullptr;
  for (auto& [name, table] : tables_) table.decoder.reset();
}

void StreamDecoder::announce(const event::TableSchema& schema) {
  std::string name;
  ndjson::append_escaped(name, schema.schema);
  name += kBetween;
  ndjson::append_escaped(name, schema.table);
  tables_[name] = {.schema = schema, .decoder = nullptr};
  all_plain_ = all_plain_ && (schema.encoding.empty() || schema.encoding == "plain");
  known_ = nullptr;
}

EventDecoder& StreamDecoder::of(const event::Event& event, const TargetTable& target) {
  if (known_ != nullptr && sources_.is_of(event, last_schema_, last_table_)) return *known_;
  const event::Source source = sources_.read(event);
  last_schema_ = source.schema;
  last_table_ = source.table;
  Known& known = tables_[last_schema_ + kBetween + last_table_];
  if (!known.decoder) {
    known.decoder = std::make_unique<EventDecoder>(decoder_target(target, settings_.binary),
                                                   known.schema ? &*known.schema : nullptr,
                                                   settings_);
  }
  known_ = known.decoder.get();
  return *known_;
}

const event::Event* StreamDecoder::plain(const event::Event& event, const TargetTable& target) {
  if (all_plain_) return &event;
  EventDecoder& decoder = of(event, target);
  if (decoder.passes()) return &event;
  copy_ = event;
  problem_ = decoder.decode(copy_);
  return problem_ == nullptr ? &copy_ : nullptr;
}

}  // namespace cdckit::pg_load
