#include "tools/kcat-cdc/router.hpp"

#include "common/base/error.hpp"
#include "tools/kcat-cdc/topic_names.hpp"

namespace cdckit::kcat_cdc {

using base::Error;
using base::ErrorKind;

namespace {

// A topic's name cannot hold `=`, a regular expression can.
std::pair<std::string, std::string> split_route(const std::string& text) {
  const auto equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    throw Error(ErrorKind::usage, "could not read --route \"" + text + "\": it is not REGEX=TOPIC");
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

void require_name(const std::string& name) {
  if (is_topic_name(name)) return;
  throw Error(
      ErrorKind::config,
      "could not use \"" + name + "\" as a topic: Kafka takes 1 to 249 of A-Z a-z 0-9 . _ -",
      "Name another topic with --route.");
}

}  // namespace

Router::Router(std::string pattern, const std::vector<std::string>& routes)
    : pattern_(std::move(pattern)) {
  for (const std::string& text : routes) {
    const auto [expression, replacement] = split_route(text);
    try {
      routes_.push_back({std::regex(expression), replacement});
    } catch (const std::regex_error& error) {
      throw Error(ErrorKind::usage, "could not read --route \"" + text + "\": " + error.what());
    }
  }
}

std::pair<std::string, bool> Router::routed(std::string name) const {
  for (const Route& route : routes_) {
    if (!std::regex_search(name, route.expression)) continue;
    // format_sed: `\1` as in sed
    std::string out = std::regex_replace(
        name,
        route.expression,
        route.replacement,
        std::regex_constants::format_sed | std::regex_constants::format_first_only);
    return {sanitize_topic(out), true};
  }
  return {std::move(name), false};
}

std::string Router::topic_of(std::string_view schema, std::string_view table) {
  auto [name, by_route] = routed(topic_for_table(pattern_, schema, table));
  require_name(name);
  if (by_route || !has_placeholder(pattern_)) return name;
  const std::string owner = "\"" + std::string(schema) + "\".\"" + std::string(table) + "\"";
  const auto [at, is_new] = owners_.emplace(name, owner);
  if (is_new || at->second == owner) return name;
  throw Error(
      ErrorKind::config,
      "could not send table " + owner + " to topic \"" + name + "\": it holds table " + at->second,
      "Give one of the two another topic with --route.");
}

std::string Router::message_topic() {
  std::string name = routed(topic_for_messages(pattern_)).first;
  require_name(name);
  return name;
}

}  // namespace cdckit::kcat_cdc
