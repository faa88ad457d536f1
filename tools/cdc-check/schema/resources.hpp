// The schemas inside of a schema that have a name of their own: `$id` sets what references below it
// are relative to, `$anchor` names a place in the resource around it. Points into the schema, which
// must outlive it. Throws config for an `$id` that is none.
#pragma once

#include "tools/cdc-check/rules/node.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace cdckit::cdc_check {

class Resources {
 public:
  void note(const Node& root);
  // The URI that references of this schema are relative to.
  [[nodiscard]] const std::string& base_of(const Node& schema) const;
  // The resource that a reference names, whatever its fragment; null: it is not in here.
  [[nodiscard]] const Node* find(const std::string& base, std::string_view reference) const;
  [[nodiscard]] const Node* anchor(const Node& resource, const std::string& name) const;

 private:
  void note_schema(const Node& node, const std::string& base);

  std::string root_base_;
  std::map<std::string, const Node*, std::less<>> resources_;
  std::map<const Node*, std::string> bases_;
  std::map<std::pair<std::string, std::string>, const Node*> anchors_;
};

// A reference against a base, as RFC 3986 has it; without its fragment.
std::string resolve_uri(std::string_view base, std::string_view reference);

}  // namespace cdckit::cdc_check
