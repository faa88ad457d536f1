// What a data line says (cdc-event(5)), before anybody prints it: of the run, of the transaction
// and of the row.
#pragma once

#include "tools/walcat/encode/table.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cdckit::walcat {

// What `source` says about the run.
struct SourceIdentity {
  std::string name;  // --topic-prefix
  std::string database;
  bool pretty = false;  // the readable view
  bool color = false;   // in it
};

// The transaction at hand, or what stands for it with snapshot rows and loose messages.
struct LineContext {
  std::uint64_t pos_lsn = 0;      // first half of pos
  std::int64_t unix_us = 0;       // source.ts_*
  std::uint64_t xid = 0;          // 0: null
  std::uint64_t last_commit = 0;  // source.sequence, 0: null
  std::string_view snapshot = "false";
  std::string_view origin = {};  // empty: null
  std::uint64_t origin_lsn = 0;
  bool lsn_is_null = false;  // source.lsn: rows that no change of the WAL brought
};

// The pieces of one line that change from row to row; raw JSON where nothing else is said.
struct Row {
  const Table* table = nullptr;
  char op = 'c';
  std::uint64_t ordinal = 0;
  std::uint64_t lsn = 0;                   // source.lsn
  std::span<const Value> key_values = {};  // for `key`; empty: null
  std::span<const Value> old_key = {};     // for `old_key`, when not empty
  std::span<const Value> new_key = {};     // for `new_key`, when not empty
  std::span<const Value> before = {};      // empty: null
  bool before_is_key = false;              // only the key columns were sent
  std::span<const Value> after = {};       // empty: null
  std::string_view transaction = "null";
};

}  // namespace cdckit::walcat
