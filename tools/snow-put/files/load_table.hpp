// One table that is filled from files: what it looks like, by the schema lines or the rows that
// came, how its rows are written, and the SQL that makes and loads it. Pure.
#pragma once

#include "common/debezium/event_decoder.hpp"
#include "common/event/schema.hpp"
#include "common/snow/table_description.hpp"
#include "tools/snow-put/rows/guessed_columns.hpp"
#include "tools/snow-put/rows/journal.hpp"
#include "tools/snow-put/rows/row_encoder.hpp"
#include "tools/snow-put/target/target_catalog.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::snow_put {

class LoadTable {
 public:
  LoadTable(const TargetSettings& settings, Place place, ChosenTable chosen);

  // Columns are added and widened as put would; what cannot be followed is broken().
  void follow(const event::TableSchema& schema, const debezium::DecoderSettings& decoding);
  // Columns for plain rows; false: it has them all.
  bool grow(const GuessedColumns& guessed);
  [[nodiscard]] const std::string& broken() const noexcept { return broken_; }
  [[nodiscard]] bool shapeless() const noexcept { return columns_.empty(); }

  // Appends a row, or gives the reason why it is a bad one.
  std::string append(std::string& out, const event::Event& event, const event::RowPosition& row);
  std::string append_row(std::string& out, const event::Event& row);

  [[nodiscard]] const snow::TableAddress& address() const noexcept { return address_; }
  // What makes the table, or what it looks like now: statements, each with its semicolon.
  [[nodiscard]] std::string create_sql() const;
  [[nodiscard]] std::string put_sql(const std::string& path) const;
  [[nodiscard]] std::string copy_sql(const std::string& file) const;

 private:
  void describe();
  bool merge_column(const TargetColumn& column);

  const TargetSettings& settings_;
  Place place_;
  ChosenTable chosen_;
  snow::TableAddress address_;
  std::vector<TargetColumn> columns_;
  std::vector<TargetColumn> later_;  // added or widened since the first shape
  snow::TableDescription description_;
  std::unique_ptr<RowEncoder> encoder_;
  std::unique_ptr<debezium::EventDecoder> decoder_;
  event::Event plain_;
  std::string broken_;
  bool keyed_ = false;
};

}  // namespace cdckit::snow_put
