#include "common/pg/session_settings.hpp"

namespace cdckit::pg {
namespace {

// Text of values, out and in.
constexpr const char* kTexts = R"sql(
SET datestyle = ISO;
SET intervalstyle = postgres;
SET timezone = 'UTC';
SET extra_float_digits = 3;
SET bytea_output = hex;
SET lc_monetary = 'C';
SET xmloption = content;
SET array_nulls = on)sql";

// How statements are read, which rows they find, and when they are cut off. Compiling the plans of
// statements as short as ours takes longer than running them: seconds for one table's types.
constexpr const char* kStatements = R"sql(;
SET quote_all_identifiers = off;
SET standard_conforming_strings = on;
SET escape_string_warning = off;
SET transform_null_equals = off;
SET exit_on_error = off;
SET gin_fuzzy_search_limit = 0;
SET synchronize_seqscans = off;
SET jit = off;
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0)sql";

}  // namespace

std::string pin_settings(int server_version) {
  std::string sql(kTexts);
  sql += kStatements;
  if (server_version >= 140000) sql += ";\nSET idle_session_timeout = 0";
  if (server_version >= 170000) sql += ";\nSET transaction_timeout = 0";
  return sql;
}

}  // namespace cdckit::pg
