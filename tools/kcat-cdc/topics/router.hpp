// Decides which topic the events of a table go to, and refuses that two tables share one by
// accident. Pure; one look-up a table and run, so it need not be fast.
#pragma once

#include <map>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cdckit::kcat_cdc {

class Router {
 public:
  // `routes` are `REGEX=TOPIC` (ECMAScript, `\1` for what a group matched), tried in order on the
  // topic's name; the part that the first fitting one matches is replaced. Throws usage.
  Router(std::string pattern, const std::vector<std::string>& routes);

  // Throws config when the name is none that Kafka takes, or when it belongs to another table and
  // no route put the two together.
  std::string topic_of(std::string_view schema, std::string_view table);
  std::string message_topic();
  // The topic is taken for something else. Throws config when a table has it already.
  void reserve(const std::string& topic, const std::string& what);

 private:
  struct Route {
    std::regex expression;
    std::string replacement;
  };
  // The name, and whether a route made it.
  [[nodiscard]] std::pair<std::string, bool> routed(std::string name) const;
  void take(const std::string& topic, const std::string& owner, bool by_route);
  void own(const std::string& topic, const std::string& owner);

  std::string pattern_;
  std::vector<Route> routes_;
  std::map<std::string, std::string> owners_;  // topic -> table "schema"."table"
};

}  // namespace cdckit::kcat_cdc
