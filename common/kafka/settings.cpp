#include "common/kafka/settings.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/io/file_descriptor.hpp"
#include "common/secrets/secret.hpp"

#include <algorithm>
#include <array>

#include <librdkafka/rdkafka.h>

namespace cdckit::kafka {

using base::Error;
using base::ErrorKind;

namespace {

constexpr std::array<std::string_view, 6> kSecrets = {"sasl.password",
                                                      "ssl.key.password",
                                                      "ssl.key.pem",
                                                      "ssl.keystore.password",
                                                      "sasl.oauthbearer.config",
                                                      "sasl.oauthbearer.client.secret"};

constexpr std::string_view kTopicPrefix = "topic.";

std::string canonical_name(std::string_view name) {
  name = base::trim(name);
  // kcat's spelling of a topic's property; three names of the client itself begin like that too
  const bool own_name = name.starts_with("topic.metadata.") ||
                        name.starts_with("topic.propagation.") ||
                        name.starts_with("topic.blacklist");
  if (name.starts_with(kTopicPrefix) && !own_name) name.remove_prefix(kTopicPrefix.size());
  return std::string(name);
}

Error literal_secret(const std::string& name) {
  return Error(ErrorKind::usage,
               "could not use -X " + name + ": a secret does not belong in the arguments",
               "Write it to a file and give -X " + name + "=@FILE, or put it into the file of -F.");
}

}  // namespace

bool is_secret(std::string_view name) {
  return std::find(kSecrets.begin(), kSecrets.end(), name) != kSecrets.end();
}

Setting parse_setting(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    // the text is not repeated: it may be a secret in the wrong place
    throw Error(ErrorKind::usage, "could not read -X: it has no name=value");
  }
  Setting out{canonical_name(std::string_view(text).substr(0, equals)), text.substr(equals + 1)};
  if (out.value.starts_with('@')) {
    out.value = std::string(secrets::Secret::from_file(out.value.substr(1)).reveal());
  } else if (is_secret(out.name)) {
    throw literal_secret(out.name);
  }
  return out;
}

Settings read_properties(const std::string& path) {
  Settings out;
  std::size_t number = 0;
  std::string content;
  try {
    content = io::read_file(path);
  } catch (const Error& error) {
    throw Error(ErrorKind::config, error.what());
  }
  for (const std::string& raw : base::split(content, '\n')) {
    ++number;
    const std::string_view line = base::trim(raw);
    if (line.empty() || line.front() == '#') continue;
    const auto equals = line.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      throw Error(
          ErrorKind::config,
          "could not read \"" + path + "\" line " + std::to_string(number) + ": no name=value");
    }
    out.push_back(
        {canonical_name(line.substr(0, equals)), std::string(base::trim(line.substr(equals + 1)))});
  }
  return out;
}

std::string_view find_setting(const Settings& settings, std::string_view name) {
  std::string_view out;
  for (const Setting& setting : settings) {
    if (setting.name == name) out = setting.value;
  }
  return out;
}

std::string library_version() {
  return rd_kafka_version_str();
}

}  // namespace cdckit::kafka
