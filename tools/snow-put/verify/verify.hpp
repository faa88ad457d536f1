// `snow-put verify`: digest lines on stdin (walcat digest --portable) against the mirrors, at the
// digests' position.
#pragma once

#include "common/cli/run_tool.hpp"
#include "common/snow/sql_api.hpp"
#include "tools/snow-put/rows/journal.hpp"
#include "tools/snow-put/target/target_catalog.hpp"

#include <string>
#include <vector>

namespace cdckit::snow_put {

struct VerifyRequest {
  Place place;
  std::string prefix;
  std::vector<std::string> table_map;  // SRC=DST
  std::vector<std::string> added;      // COLUMN=TEXT
  bool keys = false;
  double sample = 1;         // share of the buckets
  std::string acknowledged;  // position by an ack file; empty: _CDC_STATE's
};

// 1 with differences. Throws temporary where they may be due to rows that are not there yet.
base::ExitCode verify(snow::SqlApi& api, const VerifyRequest& request, cli::Context& context);

}  // namespace cdckit::snow_put
