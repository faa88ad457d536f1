// `check`: one line for each thing that a run will need, without changing anything.
#pragma once

#include "common/base/exit_code.hpp"
#include "common/snow/connection_settings.hpp"
#include "tools/snow-put/commands/connect.hpp"
#include "tools/snow-put/target/target_catalog.hpp"

#include <functional>

namespace cdckit::snow_put {

struct CheckRequest {
  std::function<snow::ConnectionSettings()> connection;
  std::function<Place(const snow::ConnectionSettings&)> place;
  Reach reach;
  bool create = false;
  bool merges = true;
  std::string table = {};  // --table
};

base::ExitCode check(const CheckRequest& request);

}  // namespace cdckit::snow_put
