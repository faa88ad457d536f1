#include "tools/pg-load/settings/settings.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/secrets/secret.hpp"

#include <utility>

namespace cdckit::pg_load {
namespace {

base::Error usage(const std::string& message, const std::string& hint = "") {
  return base::Error(base::ErrorKind::usage, message, hint);
}

}  // namespace

Mode Options::mode() const {
  if (mode_word == "upsert") return Mode::upsert;
  if (mode_word == "sync") return Mode::sync;
  return mode_word == "events" ? Mode::events : Mode::insert;
}

EncoderSettings Options::encoder_settings() const {
  EncoderSettings settings{.missing = Missing::use_default,
                           .ignore_extra = ignore_extra,
                           .report_extra = alter && mode() != Mode::events,
                           .extra_to = extra_to};
  if (missing_word == "null") settings.missing = Missing::use_null;
  if (missing_word == "error") settings.missing = Missing::error;
  return settings;
}

DecoderSettings Options::decoder_settings(const std::string& said) const {
  DecoderSettings settings{.said = parse_encoding(said),
                           .otherwise = parse_encoding(encoding),
                           .binary = debezium::parse_binary(binary_handling),
                           .unavailable = unavailable_value};
  return settings;
}

std::vector<std::string> Options::key_columns() const {
  std::vector<std::string> names;
  for (const std::string& key : keys) {
    for (std::string& name : base::split(key, ',')) names.push_back(std::move(name));
  }
  return names;
}

Pair split_pair(const std::string& text, char separator, const std::string& flag) {
  const std::size_t at = text.find(separator);
  if (at == std::string::npos || at == 0 || at + 1 == text.size()) {
    throw usage("could not read --" + flag + " \"" + text + "\": it has no two sides around \"" +
                separator + "\"");
  }
  return {text.substr(0, at), text.substr(at + 1)};
}

MaxDelete parse_max_delete(const std::string& text) {
  std::string_view digits = text;
  MaxDelete limit;
  limit.percent = digits.ends_with('%');
  if (limit.percent) digits.remove_suffix(1);
  const auto number = base::parse_unsigned(digits);
  if (!number || (limit.percent && *number > 100))
    throw usage("could not read --max-delete \"" + text + "\"",
                "Write a number of rows, or a part of them such as 10%.");
  limit.number = *number;
  return limit;
}

void check_connection(const Options& options) {
  if (!secrets::has_inline_password(options.conninfo)) return;
  throw usage(
      "could not use --dbname: it holds a password, which other users of this machine can see",
      "Put the password into ~/.pgpass, a service file or PGPASSWORD.");
}

void check_options(const Options& options) {
  const Mode mode = options.mode();
  check_connection(options);
  if (mode != Mode::events && options.table.empty())
    throw usage("could not start: --table is missing");
  if (mode != Mode::events && !options.maps.empty())
    throw usage("could not use --map: it goes with --mode events");
  if (mode != Mode::sync && !options.scope.empty())
    throw usage("could not use --scope: it goes with --mode sync");
  if (mode != Mode::sync && options.allow_empty)
    throw usage("could not use --allow-empty: it goes with --mode sync");
  if (mode != Mode::sync && !options.max_delete.empty())
    throw usage("could not use --max-delete: it goes with --mode sync");
  if (!options.max_delete.empty()) parse_max_delete(options.max_delete);
  if (mode != Mode::events && !options.encoding.empty())
    throw usage("could not use --encoding: it goes with --mode events");
  if (mode == Mode::events && options.truncate)
    throw usage("could not use --truncate with --mode events");
  const int extras = static_cast<int>(options.ignore_extra) + static_cast<int>(options.alter) +
                     static_cast<int>(!options.extra_to.empty());
  if (extras > 1) throw usage("could not use two of --alter, --ignore-extra and --extra-to");
  if (options.no_staging && mode != Mode::insert)
    throw usage("could not use --no-staging: it goes with --mode insert");
  if (!options.columns.empty() && !options.create && !options.alter)
    throw usage("could not use --column: it goes with --create or --alter");
  if (options.batch_rows < 1) throw usage("could not use --batch-rows: it must be at least 1");
  for (const std::string& column : options.columns) split_pair(column, ':', "column");
  for (const std::string& map : options.maps) split_pair(map, '=', "map");
  if (!options.scope.empty()) split_pair(options.scope, '=', "scope");
  for (const std::string& name : options.key_columns()) {
    if (name.empty()) throw usage("could not use --key: a column name is empty");
  }
}

}  // namespace cdckit::pg_load
