// Which privileges a run will need, and whether the connection's role has them, also by roles that
// were granted to it. Asks through the SQL API; changes nothing.
#pragma once

#include "common/snow/sql_api.hpp"
#include "tools/snow-put/target/target_catalog.hpp"

#include <string>
#include <vector>

namespace cdckit::snow_put {

struct Privilege {
  std::string text;  // INSERT on TABLE CDC.RAW.T_JOURNAL
  bool held = false;
};

struct PrivilegeRequest {
  Place place;
  std::string role;
  std::string warehouse;
  bool creates = false;
  bool merges = false;
  std::string appended = {};  // --table: rows go there, unless it is a mirror; stored name
};

std::vector<Privilege> needed_privileges(snow::SqlApi& api, const PrivilegeRequest& request);

}  // namespace cdckit::snow_put
