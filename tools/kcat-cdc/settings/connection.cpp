#include "tools/kcat-cdc/settings/connection.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/http/url.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cdckit::kcat_cdc {

using base::Error;
using base::ErrorKind;

namespace {

// librdkafka knows some properties by two names.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kAliases = {{
    {"metadata.broker.list", "bootstrap.servers"},
    {"auto.commit.enable", "enable.auto.commit"},
    {"request.required.acks", "acks"},
}};

std::string_view canonical(std::string_view name) {
  for (const auto& [alias, owner] : kAliases) {
    if (name == alias) return owner;
  }
  return name;
}

// librdkafka's spellings of yes and no.
bool is_bool(const std::string& given, const std::string& ours) {
  const std::string text = base::to_lower(given);
  if (ours == "true") return text == "true" || text == "t" || text == "1";
  return ours == "false" && (text == "false" || text == "f" || text == "0");
}

bool same_value(const std::string& given, const std::string& ours) {
  return given == ours || is_bool(given, ours) || (ours == "all" && given == "-1");
}

void hold(const kafka::Setting& setting, const Owned& owned) {
  if (same_value(setting.value, owned.value)) return;
  const std::string ours = owned.value.empty() ? "" : " to " + owned.value;
  throw Error(ErrorKind::usage,
              "could not use the property " + setting.name + ": kcat-cdc sets it itself" + ours,
              owned.flag.empty() ? "" : "It is what " + owned.flag + " says.");
}

void add_token_command(kafka::Settings& settings, const std::string& command) {
  if (command.empty()) return;
  if (kafka::find_setting(settings, "security.protocol").empty())
    settings.push_back({"security.protocol", "sasl_ssl"});
  std::string_view mechanism = kafka::find_setting(settings, "sasl.mechanisms");
  if (mechanism.empty()) mechanism = kafka::find_setting(settings, "sasl.mechanism");
  if (mechanism.empty()) settings.push_back({"sasl.mechanisms", "OAUTHBEARER"});
  if (!mechanism.empty() && mechanism != "OAUTHBEARER")
    throw Error(ErrorKind::usage,
                "--token-command does not go with sasl.mechanisms=" + std::string(mechanism) +
                    ": a token is for OAUTHBEARER");
  settings.push_back({std::string(kafka::kTokenCommand), command});
}

constexpr std::string_view kBrokers = "bootstrap.servers";
constexpr const char* kNoBrokers = "the flag --brokers (-b) is missing";
constexpr std::string_view kRegistry = "schema.registry.";
constexpr std::string_view kAuthority = "https.ca.location";

kafka::Settings given_settings(const ConnectionOptions& options) {
  kafka::Settings given;
  if (!options.properties_file.empty()) given = kafka::read_properties(options.properties_file);
  for (const std::string& setting : options.settings)
    given.push_back(kafka::parse_setting(setting));
  return given;
}

// Those of -F and -X count where there is no --brokers, as they do for kcat; the last one given.
std::string brokers_of(const ConnectionOptions& options, const kafka::Settings& given) {
  std::string out = options.brokers;
  for (const kafka::Setting& setting : given) {
    if (options.brokers.empty() && canonical(setting.name) == kBrokers) out = setting.value;
  }
  if (out.empty()) throw Error(ErrorKind::usage, kNoBrokers);
  return out;
}

// True when the property is the tool's, and has the tool's value.
bool is_held(const kafka::Setting& setting, const std::vector<Owned>& owned) {
  const std::string_view name = canonical(setting.name);
  const auto found = std::find_if(
      owned.begin(), owned.end(), [&](const Owned& entry) { return entry.name == name; });
  if (found == owned.end()) return false;
  hold(setting, *found);
  return true;
}

}  // namespace

void check_connection(const ConnectionOptions& options) {
  bool has_brokers = !options.brokers.empty() || !options.properties_file.empty();
  for (const std::string& setting : options.settings) {
    // only the names are looked at: files are not opened for a wrong command line
    const std::string name(base::trim(std::string_view(setting).substr(0, setting.find('='))));
    if (canonical(name) == kBrokers) has_brokers = true;
    const bool from_file = setting.size() > name.size() + 1 && setting[name.size() + 1] == '@';
    if (kafka::is_secret(name) && !from_file) (void)kafka::parse_setting(setting);
    if (name.starts_with(kRegistry) && !from_file &&
        registry::is_secret_property(std::string_view(name).substr(kRegistry.size())))
      throw Error(ErrorKind::usage,
                  "the property " + name + " is a secret: it must not stand in the arguments",
                  "Write it to a file: -X " + name + "=@FILE, or -F FILE.");
  }
  if (!has_brokers) throw Error(ErrorKind::usage, kNoBrokers);
}

std::vector<Owned> owned_by_producer(const std::string& transactional_id,
                                     const std::string& partitioner) {
  std::vector<Owned> out = {{"enable.idempotence", "true"},
                            {"acks", "all"},
                            {"allow.auto.create.topics", "false"},
                            {"transactional.id", transactional_id, "--transactional"}};
  if (!partitioner.empty()) out.push_back({"partitioner", partitioner, "--partitioner"});
  return out;
}

std::vector<Owned> owned_by_group(const std::string& group) {
  if (group.empty()) return {};
  return {{"group.id", group, "--group (-g)"}};
}

std::vector<Owned> owned_by_consumer(const std::string& group, const std::string& isolation) {
  return {{"group.id", group, "--group (-g)"},
          {"isolation.level",
           isolation == "committed" ? "read_committed" : "read_uncommitted",
           "--isolation"},
          {"enable.auto.commit", "false"},
          {"enable.auto.offset.store", "false"},
          {"enable.partition.eof", "true"},
          {"allow.auto.create.topics", "false"}};
}

kafka::Settings resolve(const ConnectionOptions& options, const std::vector<Owned>& owned) {
  kafka::Settings given = given_settings(options);
  std::vector<Owned> all = owned;
  const std::string brokers = brokers_of(options, given);
  all.push_back({std::string(kBrokers), brokers, "--brokers (-b)"});
  kafka::Settings out;
  for (kafka::Setting& setting : given) {
    if (setting.name.starts_with(kRegistry)) continue;
    if (!is_held(setting, all)) out.push_back(std::move(setting));
  }
  out.push_back({std::string(kBrokers), brokers});
  add_token_command(out, options.token_command);
  const bool oidc = kafka::find_setting(out, "sasl.oauthbearer.method") == "oidc";
  if (oidc && !options.ca_file.empty() && kafka::find_setting(out, kAuthority).empty())
    out.push_back({std::string(kAuthority), options.ca_file});
  if (options.allow_http) out.push_back({std::string(kafka::kAllowHttp), "true"});
  return out;
}

std::optional<registry::Settings> registry_of(const ConnectionOptions& options) {
  registry::Settings out;
  for (const kafka::Setting& setting : given_settings(options)) {
    const std::string_view name = setting.name;
    if (!name.starts_with(kRegistry)) continue;
    if (!registry::set_property(out, name.substr(kRegistry.size()), setting.value))
      throw Error(ErrorKind::config, "could not use the property " + setting.name + ": unknown");
  }
  if (!options.registry.empty()) registry::set_url(out, options.registry);
  if (out.url.empty()) return std::nullopt;
  if (out.ca_file.empty()) out.ca_file = options.ca_file;
  out.allow_http = options.allow_http;
  if (!options.registry_token_command.empty())
    out.fetch_token = [command = options.registry_token_command] {
      return token::get_token(command);
    };
  return out;
}

void require_safe_registry(const ConnectionOptions& options) {
  const auto registry = registry_of(options);
  if (registry) http::require_safe_url(registry->url, registry->allow_http);
}

}  // namespace cdckit::kcat_cdc
