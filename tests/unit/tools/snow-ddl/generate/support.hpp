// A source's table as its schema line tells it, for the tests of what is generated.
#pragma once

#include "tools/snow-ddl/generate/layout.hpp"

#include <string>
#include <utility>
#include <vector>

namespace cdckit::snow_ddl {

using Columns = std::vector<std::pair<std::string, std::string>>;  // name, PostgreSQL's type

inline event::TableSchema source_table(const Columns& columns,
                                       std::vector<std::string> key = {"id"}) {
  event::TableSchema schema;
  schema.schema = "public";
  schema.table = "orders";
  schema.key = std::move(key);
  for (const auto& [name, type] : columns) schema.columns.push_back({name, type});
  return schema;
}

inline TableLayout laid_out(const Columns& columns,
                            const LayoutChoice& choice = {},
                            std::vector<std::string> key = {"id"}) {
  return layout_of(source_table(columns, std::move(key)), {"ORDERS", {}}, choice);
}

inline std::string joined(const std::vector<std::string>& statements) {
  std::string all;
  for (const std::string& statement : statements) all += statement + ";\n";
  return all;
}

}  // namespace cdckit::snow_ddl
