#include "common/snow/connection_settings.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/cli/nearest.hpp"
#include "common/config/toml.hpp"
#include "common/log/log.hpp"
#include "common/snow/account.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <string_view>
#include <sys/stat.h>

namespace cdckit::snow {
namespace {

// Drivers spell the members differently: case and underscores do not count.
std::string plain_key(std::string_view key) {
  std::string plain = base::to_lower(key);
  plain.erase(std::remove(plain.begin(), plain.end(), '_'), plain.end());
  return plain;
}

// What a connection may hold that matters here, as environment variables spell it.
constexpr std::array<std::string_view, 21> kMembers = {"ACCOUNT",
                                                       "USER",
                                                       "HOST",
                                                       "PORT",
                                                       "PROTOCOL",
                                                       "AUTHENTICATOR",
                                                       "PRIVATE_KEY_FILE",
                                                       "PRIVATE_KEY_PATH",
                                                       "PRIVATE_KEY_RAW",
                                                       "PRIVATE_KEY_FILE_PWD",
                                                       "PRIVATE_KEY_PASSPHRASE",
                                                       "ROLE",
                                                       "WAREHOUSE",
                                                       "DATABASE",
                                                       "SCHEMA",
                                                       "CA_FILE",
                                                       "TOKEN",
                                                       "TOKEN_FILE_PATH",
                                                       "TOKEN_FILE",
                                                       "PASSWORD",
                                                       "WORKLOAD_IDENTITY_PROVIDER"};

using Members = std::map<std::string, std::string>;  // by plain key

[[noreturn]] void fail(const std::string& message, std::string hint = {}) {
  throw base::Error(base::ErrorKind::config, message, std::move(hint));
}

bool exists(const std::string& path, bool folder) {
  struct stat information{};
  return stat(path.c_str(), &information) == 0 && (S_ISDIR(information.st_mode) != 0) == folder;
}

void check_permissions(const std::string& path) {
  struct stat information{};
  if (stat(path.c_str(), &information) != 0) return;
  if ((information.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    fail("could not use \"" + path + "\": others may write to it", "Run: chmod 600 " + path);
  }
  if ((information.st_mode & (S_IRGRP | S_IROTH)) != 0) {
    log::warning("\"" + path + "\" can be read by others");
  }
}

std::string home_folder(const Environment& environment) {
  if (const auto folder = environment("SNOWFLAKE_HOME"); folder && !folder->empty()) {
    return folder->starts_with("~/") ? environment("HOME").value_or("") + folder->substr(1)
                                     : *folder;
  }
  const std::string home = environment("HOME").value_or("");
  if (exists(home + "/.snowflake", true)) return home + "/.snowflake";
  const auto config_home = environment("XDG_CONFIG_HOME");
  return (config_home && !config_home->empty() ? *config_home : home + "/.config") + "/snowflake";
}

struct Store {
  std::map<std::string, Members> connections;
  std::string default_name;
  std::string source;
};

Members plain_members(const config::Table& table) {
  Members members;
  for (const auto& [key, values] : table) {
    if (values.size() == 1) members[plain_key(key)] = values.front();
  }
  return members;
}

void take_connections(Store& store, const config::Document& document, const std::string& prefix) {
  for (const auto& [name, table] : document) {
    if (name.empty() || !name.starts_with(prefix)) continue;
    store.connections[name.substr(prefix.size())] = plain_members(table);
  }
}

Store read_store(const Environment& environment) {
  Store store;
  const std::string folder = home_folder(environment);
  const std::string connections_path = folder + "/connections.toml";
  const std::string config_path = folder + "/config.toml";
  const bool has_config = exists(config_path, false);
  store.source = connections_path;
  if (has_config) {
    check_permissions(config_path);
    const config::Document document = config::read_toml(config_path);
    if (const auto top = document.find(""); top != document.end()) {
      const auto name = top->second.find("default_connection_name");
      if (name != top->second.end()) store.default_name = name->second.front();
    }
    take_connections(store, document, "connections.");
  }
  if (const auto text = environment("SNOWFLAKE_CONNECTIONS"); text && !text->empty()) {
    store.connections.clear();
    store.source = "SNOWFLAKE_CONNECTIONS";
    take_connections(store, config::parse_toml(*text, store.source), "");
  } else if (exists(connections_path, false)) {
    check_permissions(connections_path);
    // It replaces the connections of config.toml as a whole.
    store.connections.clear();
    take_connections(store, config::read_toml(connections_path), "");
  } else if (has_config) {
    store.source = config_path;
  }
  return store;
}

void lay_environment_over(Members& members,
                          const std::string& name,
                          const Environment& environment) {
  const std::string own = "SNOWFLAKE_CONNECTIONS_" + base::to_upper(name) + "_";
  for (const std::string_view member : kMembers) {
    const std::string key = plain_key(member);
    if (const auto value = environment(own + std::string(member))) members[key] = *value;
    // The variables without a connection's name only fill what is still open.
    if (members.contains(key)) continue;
    if (const auto value = environment("SNOWFLAKE_" + std::string(member))) members[key] = *value;
  }
}

std::string take(const Members& members, std::string_view key, std::string_view other_key = {}) {
  for (const std::string_view candidate : {key, other_key}) {
    const auto found = members.find(plain_key(candidate));
    if (!candidate.empty() && found != members.end()) return found->second;
  }
  return {};
}

int parse_port(const std::string& text, const std::string& name) {
  if (text.empty()) return 0;
  const auto port = base::parse_unsigned(text);
  if (!port || *port == 0 || *port > 65535) {
    fail("could not use connection \"" + name + "\": port \"" + text + "\" is not a port");
  }
  return static_cast<int>(*port);
}

// What a workload is comes from a file, or from the runner itself.
void take_workload(ConnectionSettings& settings,
                   const Members& members,
                   const Environment& environment) {
  settings.login = Login::workload;
  const std::string provider = base::to_upper(take(members, "workload_identity_provider"));
  if (!provider.empty() && provider != "OIDC")
    fail("could not use connection \"" + settings.name + "\": workload_identity_provider \"" +
             provider + "\" is not known",
         "It is OIDC.");
  settings.identity_url = environment("ACTIONS_ID_TOKEN_REQUEST_URL").value_or("");
  settings.identity_request_token =
      secrets::Secret(environment("ACTIONS_ID_TOKEN_REQUEST_TOKEN").value_or(""));
}

// A password is no login of these services, but drivers take an access token in its place.
void take_login(ConnectionSettings& settings,
                const Members& members,
                const Environment& environment) {
  const std::string name = base::to_upper(take(members, "authenticator"));
  settings.token = secrets::Secret(take(members, "token"));
  settings.token_file = take(members, "token_file_path", "token_file");
  if (name == "PROGRAMMATIC_ACCESS_TOKEN" || name == "PAT") {
    settings.login = Login::access_token;
    if (settings.token.empty()) settings.token = secrets::Secret(take(members, "password"));
  } else if (name == "OAUTH") {
    settings.login = Login::oauth;
  } else if (name == "WORKLOAD_IDENTITY") {
    take_workload(settings, members, environment);
  } else if (!name.empty() && name != "SNOWFLAKE_JWT") {
    fail("could not use connection \"" + settings.name + "\": authenticator \"" + name +
             "\" is not known",
         "It is SNOWFLAKE_JWT (key pair), PROGRAMMATIC_ACCESS_TOKEN, OAUTH or "
         "WORKLOAD_IDENTITY.");
  }
}

void take_key(ConnectionSettings& settings,
              const Members& members,
              const Environment& environment) {
  settings.private_key_file = take(members, "private_key_file", "private_key_path");
  settings.private_key_raw = secrets::Secret(take(members, "private_key_raw"));
  std::string passphrase = take(members, "private_key_file_pwd", "private_key_passphrase");
  if (const auto value = environment("PRIVATE_KEY_PASSPHRASE")) passphrase = *value;
  settings.private_key_passphrase = secrets::Secret(std::move(passphrase));
}

ConnectionSettings make_settings(const std::string& name, const Members& members) {
  ConnectionSettings settings;
  settings.name = name;
  settings.account = take(members, "account");
  settings.user = take(members, "user");
  settings.role = take(members, "role");
  settings.warehouse = take(members, "warehouse");
  settings.database = take(members, "database");
  settings.schema = take(members, "schema");
  settings.host = take(members, "host");
  settings.port = parse_port(take(members, "port"), name);
  if (const std::string protocol = take(members, "protocol"); !protocol.empty()) {
    settings.protocol = base::to_lower(protocol);
  }
  settings.ca_file = take(members, "ca_file");
  return settings;
}

void require_whole(const ConnectionSettings& settings) {
  const std::string start = "could not use connection \"" + settings.name + "\": ";
  if (settings.account.empty()) fail(start + "account is missing");
  const bool workload = settings.login == Login::workload;  // its token says who it is
  if (settings.user.empty() && !workload) fail(start + "user is missing");
  if (settings.protocol != "https" && settings.protocol != "http") {
    fail(start + "protocol \"" + settings.protocol + "\" is neither https nor http");
  }
  if (settings.login != Login::key_pair) {
    const bool has_token =
        !settings.token.empty() || !settings.token_file.empty() || !settings.token_command.empty();
    const bool has_runner =
        workload && !settings.identity_url.empty() && !settings.identity_request_token.empty();
    if (!has_token && !has_runner)
      fail(start + "token or token_file_path is missing",
           workload ? "In GitHub Actions the job needs `permissions: id-token: write`." : "");
    return;
  }
  if (settings.private_key_file.empty() && settings.private_key_raw.empty()) {
    fail(start + "private_key_file is missing");
  }
}

void settle_host(ConnectionSettings& settings) {
  token_account(settings.account);
  if (settings.host.empty()) settings.host = account_host(settings.account);
  if (!is_account_host(settings.host, settings.account)) {
    fail("could not use connection \"" + settings.name + "\": host \"" + settings.host +
             "\" is not the account's own",
         "Signed tokens go to " + account_host(settings.account) + " or a loopback host only.");
  }
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): never set here
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
}

ConnectionSettings load_connection(const std::string& name, const Environment& environment) {
  return load_connection(name, ConnectionFlags{}, environment);
}

ConnectionSettings load_connection(const std::string& name,
                                   const ConnectionFlags& flags,
                                   const Environment& environment) {
  Store store = read_store(environment);
  std::string wanted = name;
  if (wanted.empty()) wanted = environment("SNOWFLAKE_DEFAULT_CONNECTION_NAME").value_or("");
  if (wanted.empty()) wanted = store.default_name;
  if (wanted.empty()) wanted = "default";
  const auto found = store.connections.find(wanted);
  Members members = found == store.connections.end() ? Members{} : found->second;
  lay_environment_over(members, wanted, environment);
  const bool only_environment = found == store.connections.end();
  if (only_environment && (!name.empty() || take(members, "account").empty())) {
    std::vector<std::string> names;
    for (const auto& [other, settings] : store.connections) names.push_back(other);
    fail("could not find connection \"" + wanted + "\" in \"" + store.source + "\"",
         names.empty()
             ? "SNOWFLAKE_HOME names the folder of connections.toml; -c names the connection."
             : cli::near_miss_first(
                   wanted, names, "It has " + cli::joined(names) + ": -c names one."));
  }
  ConnectionSettings settings = make_settings(wanted, members);
  take_login(settings, members, environment);
  take_key(settings, members, environment);
  if (!flags.token_command.empty()) {
    settings.token_command = flags.token_command;
    if (settings.login == Login::key_pair) settings.login = Login::oauth;
  }
  if (!flags.ca_file.empty()) settings.ca_file = flags.ca_file;
  if (settings.ca_file.empty()) settings.ca_file = environment("SSL_CERT_FILE").value_or("");
  require_whole(settings);
  settle_host(settings);
  return settings;
}

std::string base_url(const ConnectionSettings& settings) {
  const bool bare_ipv6 = settings.host.find(':') != std::string::npos && settings.host[0] != '[';
  const std::string host = bare_ipv6 ? "[" + settings.host + "]" : settings.host;
  const std::string port = settings.port == 0 ? "" : ":" + std::to_string(settings.port);
  return settings.protocol + "://" + host + port;
}

}  // namespace cdckit::snow
