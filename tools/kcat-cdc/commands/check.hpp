// `check`, and --check of every command: settings, brokers, what groups are divided by, topics,
// what the login may do with them, the Schema Registry. One line each. Changes nothing.
#pragma once

#include "common/cli/run_tool.hpp"
#include "common/registry/client.hpp"
#include "tools/kcat-cdc/settings/connection.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::kcat_cdc {

// Topics that a run may have to make.
struct WishedTopics {
  std::string base;  // where their names begin
  int partitions = -1;
  int replication = -1;
  std::map<std::string, std::string> config;
};

struct CheckWish {
  std::string table_format = {};
  std::vector<std::string> topics = {};  // names and patterns that must be there
  bool reads = false;                    // they are to be read
  std::string group = {};                // whose offsets are; empty: nobody's
  std::optional<WishedTopics> makes = {};
  std::vector<Owned> owned = {};  // properties that the run sets itself
};

// The exit code is the first failure's. `registry` may be null.
base::ExitCode check_cluster(const ConnectionOptions& connection,
                             const CheckWish& wish,
                             registry::Client* registry,
                             const cli::Context& context);

}  // namespace cdckit::kcat_cdc
