// The tables that rows go to: found or created through the SQL API when a source table is first
// seen, kept in step with its schema lines. One thread.
#pragma once

#include "common/event/schema.hpp"
#include "common/snow/sql_api.hpp"
#include "common/snow/streaming_client.hpp"
#include "common/snow/table_description.hpp"
#include "tools/snow-put/journal_ddl.hpp"
#include "tools/snow-put/options.hpp"
#include "tools/snow-put/row_encoder.hpp"
#include "tools/snow-put/table_names.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cdckit::snow_put {

struct Target {
  std::string name;          // the mirror's, or the table's for plain rows
  snow::TableAddress table;  // where rows are appended
  snow::PipeAddress pipe;
  snow::TableDescription description;
  std::unique_ptr<RowEncoder> encoder;
  std::string broken;  // why no row of it can be stored; empty: they can
  bool mergeable = false;
};

// Where tables live: --database and --schema, else the connection's. Throws config without them.
struct Place {
  std::string database;
  std::string schema;
};
Place place_of(const Options& options, const snow::ConnectionSettings& settings);

class TargetCatalog {
 public:
  TargetCatalog(const Options& options, Place place, snow::SqlApi& api);

  // A `schema` line: remembered, and followed at once by a target that exists already.
  void learn(const event::TableSchema& schema);
  // Throws unavailable when the table is missing and may not be created.
  Target& for_events(const std::string& schema, const std::string& table);
  // --table for plain rows.
  Target& for_rows();
  [[nodiscard]] const Place& place() const noexcept { return place_; }

 private:
  std::unique_ptr<Target> make_target(const std::string& name, const std::string& table) const;
  void prepare(Target& target, const std::string& source);
  void prepare_mirror(Target& target, const event::TableSchema* schema);
  void follow(Target& target, const event::TableSchema& schema);
  void add_column(const Target& target, const TargetColumn& column);
  void describe(Target& target);
  [[nodiscard]] const event::TableSchema* known_schema(const std::string& source) const;
  [[nodiscard]] snow::TableAddress address(const std::string& table) const;

  const Options& options_;
  Place place_;
  snow::SqlApi& api_;
  TableNames names_;
  std::map<std::string, event::TableSchema> schemas_;  // by schema.table
  std::map<std::string, std::unique_ptr<Target>> by_source_;
  std::unique_ptr<Target> rows_target_;
};

}  // namespace cdckit::snow_put
