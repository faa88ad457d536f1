#include "common/journal/state_table.hpp"

namespace cdckit::journal {

std::string create_state_sql(const snow::TableAddress& state) {
  return "CREATE TABLE IF NOT EXISTS " + snow::sql_name(state) + R"sql( (
  "PREFIX" VARCHAR NOT NULL,
  "TABLE_NAME" VARCHAR NOT NULL,
  "SOURCE" VARCHAR,
  "ACKED_POS" VARCHAR,
  "FOLDED_POS" VARCHAR,
  "FOLDED" VARCHAR,
  "LOCK_OWNER" VARCHAR,
  "LOCK_EXPIRES" TIMESTAMP_NTZ(6),
  "UPDATED_AT" TIMESTAMP_NTZ(6)))sql";
}

}  // namespace cdckit::journal
