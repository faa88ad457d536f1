// tested by tests/integration/snow-put/test_refusals.py::test_check_is_fine
#include "tools/snow-put/commands/check.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/cli/check_line.hpp"
#include "common/snow/identifiers.hpp"
#include "common/snow/key_pair.hpp"
#include "common/snow/sql_api.hpp"
#include "common/snow/streaming_session.hpp"
#include "tools/snow-put/commands/privileges.hpp"

#include <cstdlib>
#include <functional>
#include <string>

namespace cdckit::snow_put {
namespace {

using base::ExitCode;

constexpr std::int64_t kMostSkew = 30'000;

bool check_step(std::string_view name, ExitCode& code, const std::function<std::string()>& step) {
  try {
    cli::print_check(name, true, step());
    return true;
  } catch (const base::Error& error) {
    cli::print_check(name, false, error.what(), error.hint());
    if (code == ExitCode::done) code = base::exit_code_for(error.kind());
    return false;
  }
}

std::string variable(const char* upper, const char* lower) {
  for (const char* name : {lower, upper}) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): never set here
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

// What is not as usual about the way there.
std::string way(const snow::ConnectionSettings& settings) {
  std::string text;
  std::string proxy = variable("HTTPS_PROXY", "https_proxy");
  // a password in a proxy's URL is nobody's business
  if (const std::size_t at = proxy.rfind('@'); at != std::string::npos) proxy.erase(0, at + 1);
  const std::string except = variable("NO_PROXY", "no_proxy");
  if (!proxy.empty()) text += "; proxy " + proxy;
  if (!proxy.empty() && !except.empty()) text += " but for " + except;
  if (!settings.ca_file.empty()) text += "; certificates in " + settings.ca_file;
  return text;
}

std::string login(const snow::ConnectionSettings& settings) {
  switch (settings.login) {
    case snow::Login::key_pair:
      return "RSA_PUBLIC_KEY_FP " + snow::KeyPair::load(settings).fingerprint();
    case snow::Login::access_token:
      return "programmatic access token";
    case snow::Login::workload:
      return "the workload's identity";
    case snow::Login::oauth:
      break;
  }
  return settings.token_command.empty() ? "OAuth token" : "OAuth token of --token-command";
}

struct Who {
  std::string role;
  std::string warehouse;
};

std::string who(snow::SqlApi& api, bool needs_warehouse, Who& found) {
  const auto row = api.run(
      "SELECT CURRENT_ROLE() AS \"role\", CURRENT_WAREHOUSE() AS \"warehouse\", CURRENT_USER() AS "
      "\"user\"");
  const std::string warehouse = row.text(0, "warehouse");
  if (warehouse.empty() && needs_warehouse) {
    throw base::Error(base::ErrorKind::unavailable,
                      "could not find a warehouse for merges: the connection has none",
                      "Name one in the connection, or use --merge-every never.");
  }
  found = {row.text(0, "role"), warehouse};
  return "role " + found.role + ", warehouse " + (warehouse.empty() ? "none" : warehouse);
}

// A login by key pair is refused when the clocks differ by more than its lifetime.
std::string clock_skew(snow::SqlApi& api) {
  const auto before = base::unix_milliseconds();
  const auto row =
      api.run("SELECT DATEDIFF(millisecond, '1970-01-01'::TIMESTAMP_NTZ, SYSDATE()) AS \"now\"");
  const auto after = base::unix_milliseconds();
  const auto theirs = base::parse_signed(row.text(0, "now")).value_or(0);
  const auto skew = theirs - (before + after) / 2;
  const std::string text = "the service is " + std::to_string(std::abs(skew)) + " ms " +
                           (skew < 0 ? "behind" : "ahead of") + " this machine";
  if (std::abs(skew) < kMostSkew) return text;
  throw base::Error(
      base::ErrorKind::config,
      "could not rely on this machine's clock: " + text,
      "Set the clock (e.g. by systemd-timesyncd): logins are refused beyond a minute.");
}

void check_privileges(snow::SqlApi& api, const PrivilegeRequest& request, ExitCode& code) {
  std::vector<Privilege> privileges;
  if (!check_step("privileges", code, [&] {
        privileges = needed_privileges(api, request);
        return "asked for role " + request.role;
      }))
    return;
  for (const Privilege& privilege : privileges) {
    check_step("privilege", code, [&] {
      if (privilege.held) return privilege.text;
      throw base::Error(base::ErrorKind::permission,
                        "could not find " + privilege.text + " among the role's grants",
                        "GRANT " + privilege.text + " TO ROLE " + request.role + ";");
    });
  }
}

}  // namespace

ExitCode check(const CheckRequest& request) {
  ExitCode code = ExitCode::done;
  snow::ConnectionSettings settings;
  Place place;
  const bool configured = check_step("connection", code, [&] {
    settings = request.connection();
    place = request.place(settings);
    return settings.user + " at " + snow::base_url(settings) + ", tables in " + place.database +
           "." + place.schema + way(settings);
  });
  if (!configured) return code;
  const bool is_key = settings.login == snow::Login::key_pair;
  if (!check_step(is_key ? "private key" : "token", code, [&] { return login(settings); }))
    return code;
  Reach brief = request.reach;
  brief.retry.give_up_after = std::chrono::milliseconds(0);
  check_step("streaming", code, [&] {
    snow::StreamingSession session(settings, streaming_options(brief));
    return "ingest host " + session.connect();
  });
  snow::SqlApi api(settings, sql_options(brief));
  const bool reached = check_step("sql api", code, [&] {
    const auto tables = api.run("SHOW TABLES IN SCHEMA " + snow::sql_name(place.database) + "." +
                                snow::sql_name(place.schema));
    return std::to_string(tables.rows.size()) + " tables in the schema";
  });
  if (!reached) return code;
  check_step("clock", code, [&] { return clock_skew(api); });
  Who found;
  if (check_step("role", code, [&] { return who(api, request.merges, found); })) {
    check_privileges(
        api,
        {place, found.role, found.warehouse, request.create, request.merges, request.table},
        code);
  }
  return code;
}

}  // namespace cdckit::snow_put
