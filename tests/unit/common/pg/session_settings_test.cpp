#include "common/pg/session_settings.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("what changes the meaning of a text is pinned on every server") {
  for (const int version : {140000, 150020, 180003}) {
    const std::string sql = pg::pin_settings(version);
    for (const char* setting : {"quote_all_identifiers = off",
                                "standard_conforming_strings = on",
                                "xmloption = content",
                                "bytea_output = hex",
                                "array_nulls = on",
                                "statement_timeout = 0",
                                "lc_monetary = 'C'"}) {
      CAPTURE(setting);
      CHECK(sql.find(setting) != std::string::npos);
    }
  }
}

TEST_CASE("no server is asked for a setting that it does not know") {
  CHECK(pg::pin_settings(130000).find("idle_session_timeout") == std::string::npos);
  CHECK(pg::pin_settings(140000).find("idle_session_timeout") != std::string::npos);
  CHECK(pg::pin_settings(160000).find("SET transaction_timeout") == std::string::npos);
  CHECK(pg::pin_settings(170000).find("SET transaction_timeout") != std::string::npos);
}
