#include "tools/kcat-cdc/topics/router.hpp"

#include "common/base/error.hpp"
#include "tools/kcat-cdc/topics/topic_names.hpp"

#include <algorithm>

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

// The greatest N of all `\\N`, as sed reads them.
unsigned greatest_group(std::string_view replacement) {
  unsigned out = 0;
  for (std::size_t i = 0; i + 1 < replacement.size(); ++i) {
    if (replacement[i] != '\\') continue;
    const char next = replacement[++i];
    if (next >= '0' && next <= '9') out = std::max(out, static_cast<unsigned>(next - '0'));
  }
  return out;
}

constexpr const char* kMessages = "logical messages";

void refuse_shapes(const std::string& topic, const std::string& what) {
  if (!is_schema_topic(topic)) return;
  throw Error(ErrorKind::config,
              "could not send " + what + " to topic \"" + topic +
                  "\": topics of such names hold the shapes of tables",
              "Name another topic.");
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
      const unsigned groups = routes_.back().expression.mark_count();
      if (const unsigned asked = greatest_group(replacement); asked > groups) {
        throw Error(ErrorKind::usage,
                    "could not read --route \"" + text + "\": it asks for group " +
                        std::to_string(asked) + ", and its expression has " +
                        std::to_string(groups));
      }
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
  const std::string owner = "table \"" + std::string(schema) + "\".\"" + std::string(table) + "\"";
  take(name, owner, by_route);
  return name;
}

std::string Router::message_topic() {
  auto [name, by_route] = routed(topic_for_messages(pattern_));
  require_name(name);
  take(name, kMessages, by_route);
  return name;
}

void Router::reserve(const std::string& topic, const std::string& what) {
  require_name(topic);
  refuse_shapes(topic, what);
  own(topic, what);
}

// A route, and a pattern without a place for names, put tables together on purpose; with nothing
// else.
void Router::take(const std::string& topic, const std::string& owner, bool by_route) {
  refuse_shapes(topic, owner);
  const bool shared = by_route || !has_placeholder(pattern_);
  const auto taken = owners_.find(topic);
  const bool free = taken == owners_.end() || taken->second.starts_with("table ");
  if (!shared || !free) own(topic, owner);
}

void Router::own(const std::string& topic, const std::string& owner) {
  const auto [at, is_new] = owners_.emplace(topic, owner);
  if (is_new || at->second == owner) return;
  throw Error(ErrorKind::config,
              "could not send " + owner + " to topic \"" + topic + "\": it holds " + at->second,
              "Give one of the two another topic with --route.");
}

}  // namespace cdckit::kcat_cdc
