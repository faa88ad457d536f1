// What every command is told about its source: how to reach it, and which tables it is about. Plain
// values, filled by the flags before anything is asked.
#pragma once

#include "tools/walcat/debezium/make_encoding.hpp"
#include "tools/walcat/filter/table_filter.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace cdckit::walcat {

struct ConnectSettings {
  std::string conninfo = {};  // what psql takes
  std::chrono::milliseconds retry_for{60'000};
  EncodingChoice encoding = {};  // decides how the server prints values
};

struct TableChoice {
  std::vector<std::string> publications = {};  // empty: all
  std::vector<std::string> tables = {};        // globs; empty: all
  std::vector<std::string> exclude_tables = {};

  [[nodiscard]] TableFilter filter() const { return {tables, exclude_tables}; }
};

// Throw usage for a conninfo that holds a password and for what is no slot's name.
void check_source(const ConnectSettings& settings, const std::string& slot);

}  // namespace cdckit::walcat
