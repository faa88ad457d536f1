// Brings a session about the way libpq's own blocking connect does, but without blocking: host
// after host and address after address, each with a time limit of its own (connect_timeout of the
// settings, else the caller's), target_session_attrs and load_balance_hosts honoured. A stop that
// is requested meanwhile ends it at once. One thread. Throws ServerError; config for settings that
// libpq cannot read.
#pragma once

#include "common/pg/connection.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::pg {

using Handle = base::UniqueHandle<pg_conn, finish_connection>;

// A host of the settings, or one address of it; what is empty is left to libpq.
struct Target {
  std::string host;
  std::string address;
  std::string port;
  bool operator==(const Target&) const = default;
};

// What libpq makes of connection string, service file and environment together.
struct ConnectSettings {
  std::vector<Target> hosts;                    // in their order; at least one
  std::optional<std::chrono::seconds> timeout;  // of each address; zero: for ever
  bool prefer_standby = false;                  // a first round for standbys, a second for any
  bool shuffle = false;                         // load_balance_hosts=random
  std::vector<std::pair<const char*, const char*>> defaults;  // what nobody has set
};

// host, hostaddr and port as libpq takes them: lists with commas, the port for all or one for each.
std::vector<Target> split_hosts(const std::string& hosts,
                                const std::string& addresses,
                                const std::string& ports);
ConnectSettings read_connect_settings(const std::string& conninfo);

// `warning`: where the server's warnings go; outlives the session.
Handle connect_session(const ConnectOptions& options, Warning* warning);

}  // namespace cdckit::pg
