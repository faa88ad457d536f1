// How to reach a Snowflake account: one connection out of connections.toml, the environment laid
// over it as snowflake-cli does. Reading does no network I/O; secrets stay inside Secret.
#pragma once

#include "common/secrets/secret.hpp"

#include <functional>
#include <optional>
#include <string>

namespace cdckit::snow {

struct ConnectionSettings {
  std::string name;     // of the connection
  std::string account;  // as configured: myorg-myacct, xy12345.us-east-2.aws
  std::string user;
  std::string role;  // empty: the user's default
  std::string warehouse;
  std::string database;
  std::string schema;
  std::string authenticator;  // SNOWFLAKE_JWT
  std::string host;           // never empty after load_connection(): configured or made of account
  int port = 0;               // 0: the protocol's own
  std::string protocol = "https";
  std::string private_key_file;
  secrets::Secret private_key_raw;         // PEM text, instead of the file
  secrets::Secret private_key_passphrase;  // empty: the key is not encrypted
  std::string ca_file;                     // SSL_CERT_FILE; empty: the system's
};

// Looks a variable up; a test passes its own.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment process_environment();

// `name` empty: SNOWFLAKE_DEFAULT_CONNECTION_NAME, default_connection_name, `default`. Throws
// config when there is no such connection, a file may be written by others, a needed member is
// missing or of a wrong kind, or the host is not the account's own (the key's signature never
// leaves the account's domain; loopback hosts are free).
ConnectionSettings load_connection(const std::string& name,
                                   const Environment& environment = process_environment());

// `https://host[:port]` without a slash at the end.
std::string base_url(const ConnectionSettings& settings);

}  // namespace cdckit::snow
