#include "tools/snow-put/target/target_catalog.hpp"

#include "common/base/error.hpp"
#include "common/log/log.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-put/rows/source_type.hpp"

#include <algorithm>
#include <utility>

namespace cdckit::snow_put {

using base::ErrorKind;

Place place_of(const std::string& database,
               const std::string& schema,
               const snow::ConnectionSettings& settings) {
  Place place;
  place.database = database.empty() ? settings.database : snow::typed_name(database);
  place.schema = schema.empty() ? settings.schema : snow::typed_name(schema);
  if (place.database.empty() || place.schema.empty()) {
    throw base::Error(ErrorKind::config,
                      "could not tell where the tables are: no database or schema",
                      "Use --database and --schema, or put them into the connection.");
  }
  return place;
}

TargetCatalog::TargetCatalog(TableKeeper keeper)
    : keeper_(std::move(keeper)),
      decoding_(keeper_.settings().decoding),
      names_(keeper_.settings().tables.empty() ? "" : keeper_.settings().tables.front(),
             keeper_.settings().table_map,
             keeper_.settings().added,
             keeper_.settings().rows.layout == Layout::journal) {}

std::unique_ptr<Target> TargetCatalog::make_target(const std::string& name,
                                                   const std::string& table) const {
  auto target = std::make_unique<Target>();
  target->name = name;
  target->table = address(table);
  target->pipe = {place().database, place().schema, pipe_name(table)};
  return target;
}

std::vector<std::string> TargetCatalog::mirrors() const {
  std::vector<std::string> out;
  for (const auto& [source, target] : by_source_) {
    if (target->mergeable && std::find(out.begin(), out.end(), target->name) == out.end())
      out.push_back(target->name);
  }
  return out;
}

Target* TargetCatalog::learn(const event::TableSchema& schema) {
  const SourceName source{schema.schema, schema.table};
  const auto [known, is_new] = schemas_.try_emplace(source, schema);
  if (!is_new && known->second == schema) return nullptr;
  known->second = schema;
  if (const auto target = by_source_.find(source); target != by_source_.end())
    return target->second.get();
  return keeper_.settings().create ? &for_events(schema.schema, schema.table) : nullptr;
}

void TargetCatalog::hello(std::string_view encoding) {
  decoding_.said = debezium::parse_encoding(encoding);
  for (const auto& [source, target] : by_source_) make_decoder(*target);
}

Target& TargetCatalog::for_events(const std::string& schema, const std::string& table) {
  const SourceName source{schema, table};
  if (const auto known = by_source_.find(source); known != by_source_.end()) return *known->second;
  const ChosenTable& chosen = names_.target(source);
  auto target = make_target(chosen.name,
                            layout() == Layout::journal ? journal_name(chosen.name) : chosen.name);
  target->source = source;
  target->constants = chosen.constants;
  if (const auto shape = schemas_.find(source); shape != schemas_.end())
    target->shape = shape->second;
  return *by_source_.emplace(source, std::move(target)).first->second;
}

Target& TargetCatalog::for_rows() {
  if (rows_target_) return *rows_target_;
  const TargetSettings& settings = keeper_.settings();
  if (settings.tables.empty())
    throw base::Error(ErrorKind::usage, "could not place a row without op: --table is missing");
  const std::string name = snow::typed_name(settings.tables.front());
  rows_target_ = make_target(name, name);
  rows_target_->of_rows = true;
  return *rows_target_;
}

void TargetCatalog::install(Target& target, TableState state) const {
  const bool changed = !same_shape(state.description, target.description);
  static_cast<TableState&>(target) = std::move(state);
  target.known = true;
  if (changed || !target.encoder) make_encoder(target);
  if (!target.of_rows) make_decoder(target);
  if (target.failure) {
    log::warning("stopped table " + snow::sql_name(target.table) +
                 ", others go on: " + target.broken);
  }
}

bool TargetCatalog::settles(Target& target, const event::TableSchema& schema) const {
  target.shape = schema;
  const bool settled = target.has_table() && keeper_.settles(target, target, schema);
  if (settled) make_decoder(target);
  return settled;
}

void TargetCatalog::make_encoder(Target& target) const {
  const TargetSettings& settings = keeper_.settings();
  RowSettings rows = with_constants(settings.rows, target.constants);
  rows.nulls_need_no_column = target.of_rows && settings.adds_columns;
  rows.has_no_position = target.of_rows;
  target.encoder = std::make_unique<RowEncoder>(target.description, std::move(rows));
}

void TargetCatalog::make_decoder(Target& target) const {
  target.decoder.reset();
  if (layout() == Layout::variant) return;
  const debezium::Binary binary = decoding_.binary;
  auto decoder = std::make_unique<debezium::EventDecoder>(
      debezium::DecoderTarget{{},
                              [&target, binary](const std::string& column) {
                                return source_facts(target.description, column, binary);
                              }},
      target.shape ? &*target.shape : nullptr,
      decoding_);
  if (!decoder->passes()) target.decoder = std::move(decoder);
}

}  // namespace cdckit::snow_put
