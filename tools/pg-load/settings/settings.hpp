// What the command line asks for, as plain values that the rooms above read: filled by the flags
// (options.hpp) before anything happens.
#pragma once

#include "common/debezium/event_decoder.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::pg_load {

enum class Missing { use_default, use_null, error };

struct EncoderSettings {
  Missing missing = Missing::use_default;
  bool ignore_extra = false;
  bool report_extra = false;  // an unknown member is RowStatus::unknown, not a bad row
  std::string extra_to{};     // the json column that takes unknown members
  // Also mark columns that no row has named yet: a later row of the same staging may name them.
  bool mask_inactive = false;
  // Columns that TargetTable packs go into one array behind the others, where a mask is wanted.
  bool pack = false;
};

using debezium::DecoderSettings;
using debezium::Encoding;
using debezium::parse_encoding;

enum class Mode { insert, upsert, sync, events };

struct Pair {
  std::string left;
  std::string right;
};

// --max-delete N or P%.
struct MaxDelete {
  std::uint64_t number = 0;
  bool percent = false;
  [[nodiscard]] bool exceeded(std::uint64_t deletes, std::uint64_t of) const noexcept {
    return percent ? deletes * 100 > of * number : deletes > number;
  }
};
// Throws usage.
MaxDelete parse_max_delete(const std::string& text);

// Of pg-load verify.
struct VerifyOptions {
  bool keys = false;
  std::string source;  // of cdckit.positions
};

struct Options {
  std::string conninfo;
  std::string table;
  std::vector<std::string> keys;     // as given: c1,c2
  std::vector<std::string> columns;  // NAME:TYPE
  std::vector<std::string> maps;     // SRC=DST
  std::string scope;                 // COL=VALUE
  std::string mode_word = "insert";
  std::string missing_word = "default";
  std::int64_t batch_rows = 1'000'000;
  std::int64_t max_rejects = -1;
  std::chrono::milliseconds batch_time{1'000};
  std::chrono::milliseconds retry_for{60'000};
  bool create = false;
  bool atomic = false;
  bool truncate = false;
  bool ignore_extra = false;
  bool alter = false;
  bool no_staging = false;
  bool allow_empty = false;
  std::string max_delete;       // N or P%
  std::string encoding;         // plain | debezium; empty: as the stream says
  std::string binary_handling;  // the connector's, where its schema only says string
  std::string unavailable_value = "__debezium_unavailable_value";
  bool accept_gap = false;
  std::string extra_to;
  std::string spool_folder;  // empty: $TMPDIR, else /tmp
  VerifyOptions verify;

  [[nodiscard]] Mode mode() const;
  [[nodiscard]] EncoderSettings encoder_settings() const;
  // `said`: the encoding that `hello` names, "" when it does not.
  [[nodiscard]] DecoderSettings decoder_settings(const std::string& said) const;
  [[nodiscard]] std::vector<std::string> key_columns() const;
};

// The part before and behind the first `separator`. Throws usage when one of them is empty.
Pair split_pair(const std::string& text, char separator, const std::string& flag);
// Throws usage for a connection string that holds a password.
void check_connection(const Options& options);
// What the flags cannot say together. Throws usage.
void check_options(const Options& options);

}  // namespace cdckit::pg_load
