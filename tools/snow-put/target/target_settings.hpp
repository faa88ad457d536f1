// What is said of targets from outside: where they are, how they are found, made and followed.
#pragma once

#include "common/debezium/event_decoder.hpp"
#include "common/snow/connection_settings.hpp"
#include "tools/snow-put/rows/row_encoder.hpp"

#include <map>
#include <string>
#include <vector>

namespace cdckit::snow_put {

// Where tables live: --database and --schema, else the connection's. Throws config without them.
struct Place {
  std::string database;
  std::string schema;
};
Place place_of(const std::string& database,
               const std::string& schema,
               const snow::ConnectionSettings& settings);

struct TargetSettings {
  std::vector<std::string> tables;           // --table
  std::vector<std::string> table_map;        // SRC=DST
  std::vector<std::string> added;            // COLUMN=TEXT
  std::map<std::string, std::string> types;  // by TABLE.COLUMN, stored names
  std::string create_template;
  RowSettings rows;
  debezium::DecoderSettings decoding;
  bool create = false;
  bool adds_columns = false;
  bool needs_mirror = false;  // something is folded
  bool soft_deletes = false;
  bool history = false;
};

}  // namespace cdckit::snow_put
