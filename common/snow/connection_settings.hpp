// How to reach a Snowflake account: one connection out of connections.toml, the environment laid
// over it as snowflake-cli does. Reading does no network I/O; secrets stay inside Secret.
#pragma once

#include "common/secrets/secret.hpp"

#include <functional>
#include <optional>
#include <string>

namespace cdckit::snow {

// How one signs in.
enum class Login { key_pair, access_token, oauth, workload };

struct ConnectionSettings {
  std::string name;     // of the connection
  std::string account;  // as configured: myorg-myacct, xy12345.us-east-2.aws
  std::string user;
  std::string role;  // empty: the user's default
  std::string warehouse;
  std::string database;
  std::string schema;
  Login login = Login::key_pair;
  std::string host;  // never empty after load_connection(): configured or made of account
  int port = 0;      // 0: the protocol's own
  std::string protocol = "https";
  std::string private_key_file;
  secrets::Secret private_key_raw;         // PEM text, instead of the file
  secrets::Secret private_key_passphrase;  // empty: the key is not encrypted
  secrets::Secret token;                   // access_token, oauth, workload
  std::string token_file;                  // read again for each renewal
  std::string token_command;               // its stdout is a token; set by a flag, never by a file
  // workload: where a runner of GitHub Actions gives its identity out, and what it asks for it
  std::string identity_url;
  secrets::Secret identity_request_token;
  std::string ca_file;  // SSL_CERT_FILE; empty: the system's
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

// What a tool's own flags lay over it.
struct ConnectionFlags {
  std::string token_command;  // signs in with what it prints, whatever the file says
  std::string ca_file;
};
ConnectionSettings load_connection(const std::string& name,
                                   const ConnectionFlags& flags,
                                   const Environment& environment = process_environment());

// `https://host[:port]` without a slash at the end.
std::string base_url(const ConnectionSettings& settings);

}  // namespace cdckit::snow
