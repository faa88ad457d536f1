// A JSON schema (draft 2020-12), compiled once and run over raw JSON. Reuses its memory; one
// thread.
#pragma once

#include "common/event/unavailable.hpp"
#include "common/ndjson/text.hpp"
#include "tools/cdc-check/rules/node.hpp"
#include "tools/cdc-check/schema/node_code.hpp"
#include "tools/cdc-check/values/key_hash.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cdckit::cdc_check {

class Schema {
 public:
  // Throws config for what is no schema, or not supported.
  explicit Schema(const Node& schema);

  // `token`: a valid JSON value.
  bool holds(std::string_view token) { return holds(token, {}, nullptr); }
  // A row some of whose values were not sent: members named in the array `unchanged`, or whose
  // value `unavailable` knows, are taken for good.
  bool holds(const ndjson::Object& row,
             std::string_view unchanged,
             const event::Unavailable* unavailable);
  // Of the last one that did not: `#/properties/zip/minLength`.
  [[nodiscard]] const std::string& broken() const noexcept { return broken_; }
  [[nodiscard]] const std::vector<SchemaNode>& nodes() const noexcept { return nodes_; }

 private:
  // Which members or elements of one value were looked at by some schema, for unevaluated*.
  struct Evaluated {
    std::vector<bool> marks;
  };

  [[nodiscard]] ndjson::ObjectCursor members_of(std::string_view object) const noexcept {
    return ndjson::ObjectCursor(object.data() == root_.text.data() ? root_
                                                                   : ndjson::Object(object));
  }

  // Of one object: where its next member probably stands in the schema, and what was required.
  struct Seen {
    std::size_t hint = 0;
    std::size_t required = 0;
    std::uint64_t first = 0;  // which of the first 64, so that none counts twice
  };

  bool check(SchemaId id, std::string_view token, Evaluated* evaluated);
  bool check_parts(const SchemaNode& node, std::string_view token, Evaluated* marks);
  // For a node that asks what no other one has looked at.
  bool check_marked(const SchemaNode& node, std::string_view token, Evaluated* evaluated);
  bool check_value(const SchemaNode& node, std::string_view token);
  bool check_number(const SchemaNode& node, std::string_view token);
  bool check_text(const SchemaNode& node, std::string_view token);
  bool check_logic(const SchemaNode& node, std::string_view token, Evaluated* evaluated);
  bool check_any(const SchemaNode& node, std::string_view token, Evaluated* evaluated);
  bool check_one(const SchemaNode& node, std::string_view token, Evaluated* evaluated);
  bool check_condition(const SchemaNode& node, std::string_view token, Evaluated* evaluated);
  // A branch that fails leaves no marks.
  bool branch(SchemaId id, std::string_view token, Evaluated* evaluated);
  bool check_array(const SchemaNode& node, std::string_view token, Evaluated* evaluated);
  bool check_contains(const SchemaNode& node, std::string_view token, Evaluated* evaluated);
  bool check_unique(const SchemaNode& node, std::string_view token);
  bool check_object(const SchemaNode& node, std::string_view token, Evaluated* evaluated);
  // Null: no member that the schema names.
  const SchemaMember* named(const SchemaMembers& members, const ndjson::Member& member, Seen& seen);
  bool check_patterns(const SchemaMembers& members, const ndjson::Member& member, bool& known);
  bool check_dependent(const SchemaNode& node, std::string_view token, Evaluated* evaluated);
  bool check_unevaluated(const SchemaNode& node,
                         std::string_view token,
                         const Evaluated& evaluated);
  bool fail(const SchemaNode& node, const char* word);
  [[nodiscard]] bool is_unchanged(std::string_view object, const std::string& name);
  bool check_required(const SchemaNode& node, std::string_view token);

  std::vector<SchemaNode> nodes_;
  std::vector<KeyHash> hashes_;
  std::string scratch_;
  std::string name_;
  ndjson::Object root_{std::string_view{}};
  std::string_view unchanged_;
  const event::Unavailable* unavailable_ = nullptr;
  std::string broken_;
  const SchemaNode* failed_ = nullptr;
  const char* word_ = "";
};

}  // namespace cdckit::cdc_check
