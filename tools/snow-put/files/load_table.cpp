#include "tools/snow-put/files/load_table.hpp"

#include "common/base/error.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-put/rows/source_type.hpp"

#include <algorithm>
#include <utility>

namespace cdckit::snow_put {
namespace {

snow::TableColumn described(const std::string& name, const std::string& type) {
  return {name, type, snow::parse_column_type(type), true, false, ""};
}

// Text between single quotes in SQL.
std::string sql_text(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

}  // namespace

LoadTable::LoadTable(const TargetSettings& settings, Place place, ChosenTable chosen)
    : settings_(settings), place_(std::move(place)), chosen_(std::move(chosen)) {
  const bool journal = settings_.rows.layout == Layout::journal;
  address_ = {place_.database, place_.schema, journal ? journal_name(chosen_.name) : chosen_.name};
  describe();
}

// What the service would describe, had it the table already.
void LoadTable::describe() {
  description_ = {};
  for (const TargetColumn& column : columns_)
    description_.columns.push_back(described(column.name, column.type));
  if (settings_.rows.layout == Layout::journal) {
    for (const MetadataColumn& column : kMetadata)
      description_.columns.push_back(described(std::string(column.name), std::string(column.type)));
  } else {
    description_.columns.push_back(described("RECORD_METADATA", "VARIANT"));
  }
  encoder_ =
      std::make_unique<RowEncoder>(description_, with_constants(settings_.rows, chosen_.constants));
}

// False: its type cannot be followed.
bool LoadTable::merge_column(const TargetColumn& column) {
  const auto present = std::find_if(columns_.begin(), columns_.end(), [&](const auto& known) {
    return known.name == column.name;
  });
  if (present == columns_.end()) {
    if (!columns_.empty()) later_.push_back(column);
    return true;
  }
  const snow::ColumnType held = snow::parse_column_type(present->type);
  const snow::ColumnType needed = snow::parse_column_type(column.type);
  if (snow::can_hold(held, needed)) return true;
  const std::string wider = snow::widened_type(held, needed);
  if (wider.empty()) {
    broken_ = "column \"" + column.name + "\" is " + present->type + " in the target, and " +
              column.type + " is needed";
    return false;
  }
  present->type = wider;
  later_.push_back({column.name, wider, -1});
  return true;
}

void LoadTable::follow(const event::TableSchema& schema,
                       const debezium::DecoderSettings& decoding) {
  broken_.clear();
  if (settings_.rows.layout == Layout::variant) return;
  std::vector<TargetColumn> wanted;
  try {
    wanted = target_columns(schema, {chosen_.name, settings_.types, chosen_.constants});
  } catch (const base::Error& error) {
    broken_ = error.what();
    return;
  }
  std::vector<TargetColumn> fresh;
  for (const TargetColumn& column : wanted) {
    const std::size_t changes = later_.size();
    if (!merge_column(column)) return;
    const bool added = later_.size() > changes && later_.back().key_place >= 0;
    if (columns_.empty() || added) fresh.push_back(column);
  }
  columns_.insert(columns_.end(), fresh.begin(), fresh.end());
  keyed_ = !schema.key.empty();
  describe();
  const debezium::Binary binary = decoding.binary;
  decoder_ = std::make_unique<debezium::EventDecoder>(
      debezium::DecoderTarget{{},
                              [this, binary](const std::string& column) {
                                return source_facts(description_, column, binary);
                              }},
      &schema,
      decoding);
  if (decoder_->passes()) decoder_.reset();
}

bool LoadTable::grow(const GuessedColumns& guessed) {
  bool grown = false;
  const bool first = columns_.empty();
  for (const auto& [name, type] : guessed.columns()) {
    if (description_.find(name) != nullptr) continue;
    columns_.push_back({name, type, 0});
    if (!first) later_.push_back(columns_.back());
    grown = true;
  }
  if (grown) describe();
  return grown;
}

std::string LoadTable::append(std::string& out,
                              const event::Event& event,
                              const event::RowPosition& row) {
  if (!broken_.empty()) return broken_;
  if (!decoder_) return encoder_->encode_event(out, event, row);
  plain_ = event;
  if (const event::FieldProblem* problem = decoder_->decode(plain_))
    return decoder_->problem_text() + ". " + std::string(problem->hint);
  return encoder_->encode_event(out, plain_, row);
}

std::string LoadTable::append_row(std::string& out, const event::Event& row) {
  return encoder_->encode_row(out, row);
}

std::string LoadTable::create_sql() const {
  std::string sql;
  const auto add = [&](const std::string& statement) { sql += statement + ";\n"; };
  switch (settings_.rows.layout) {
    case Layout::variant:
      add(create_variant_sql(address_));
      return sql;
    case Layout::columns:
      add(create_columns_sql(address_, columns_));
      break;
    case Layout::journal:
      add(create_journal_sql(address_, columns_));
      break;
  }
  const bool mirrored = settings_.rows.layout == Layout::journal && keyed_;
  const snow::TableAddress mirror{place_.database, place_.schema, chosen_.name};
  if (mirrored)
    add(create_mirror_sql(mirror, columns_, {settings_.soft_deletes, settings_.create_template}));
  for (const TargetColumn& column : later_) {
    const std::string clause = column.key_place < 0 ? widen_column_clause(column.name, column.type)
                                                    : add_column_clause(column);
    add("ALTER TABLE " + snow::sql_name(address_) + " " + clause);
    if (mirrored) add("ALTER TABLE " + snow::sql_name(mirror) + " " + clause);
  }
  return sql;
}

std::string LoadTable::put_sql(const std::string& path) const {
  return "PUT " + sql_text("file://" + path) + " @" + snow::sql_name(place_.database) + "." +
         snow::sql_name(place_.schema) + ".%" + snow::sql_name(address_.table) +
         " AUTO_COMPRESS = FALSE SOURCE_COMPRESSION = ZSTD";
}

// A row that the service refuses stops the load: none is passed over.
std::string LoadTable::copy_sql(const std::string& file) const {
  return "COPY INTO " + snow::sql_name(address_) + " FROM @" + snow::sql_name(place_.database) +
         "." + snow::sql_name(place_.schema) + ".%" + snow::sql_name(address_.table) +
         " FILES = (" + sql_text(file) +
         ") FILE_FORMAT = (TYPE = JSON COMPRESSION = ZSTD BINARY_FORMAT = BASE64)"
         " MATCH_BY_COLUMN_NAME = CASE_SENSITIVE ON_ERROR = ABORT_STATEMENT PURGE = TRUE";
}

}  // namespace cdckit::snow_put
