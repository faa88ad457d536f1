// `status` and `channels`: one line of JSON for each journal, or channel, of the schema.
#pragma once

#include "common/base/exit_code.hpp"
#include "common/snow/sql_api.hpp"
#include "tools/snow-put/target/target_catalog.hpp"

#include <string>
#include <vector>

namespace cdckit::snow_put {

// `format`: cli::add_table_format(). `tables`: mirrors as typed; none: all of the schema.
base::ExitCode print_status(snow::SqlApi& api,
                            const Place& place,
                            const std::vector<std::string>& tables,
                            const std::string& format);
base::ExitCode print_channels(snow::SqlApi& api,
                              const Place& place,
                              const std::vector<std::string>& tables,
                              const std::string& format);

}  // namespace cdckit::snow_put
