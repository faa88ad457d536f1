// A value of a rule file or a JSON schema with the place where it stands. Owns its text. For cold
// paths: rules are compiled once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cdckit::cdc_check {

struct Place {
  std::string file;
  int line = 0;  // from 1; 0: not known
  int column = 0;

  // rules.yaml:5:9
  [[nodiscard]] std::string text() const;
};

struct Node {
  enum class Type { null, boolean, number, text, list, map };

  Type type = Type::null;
  std::string text;  // of a scalar: as written, unescaped
  std::string name;  // as member of a map
  std::vector<Node> items;
  Place place;
  Place name_place;

  [[nodiscard]] bool is_scalar() const noexcept { return type < Type::list; }
  [[nodiscard]] const Node* find(std::string_view wanted) const noexcept;
  // "text", "a list", for messages.
  [[nodiscard]] const char* type_name() const noexcept;
};

// The node as compact JSON.
void append_json(std::string& out, const Node& node);
// As a flow of YAML that reads back to the same value: text is quoted where it must be.
std::string yaml_scalar(std::string_view text);

// Throws config: could not use rules "rules.yaml:5:9": why.
[[noreturn]] void refuse(const Place& place, const std::string& why, const std::string& hint = "");

}  // namespace cdckit::cdc_check
