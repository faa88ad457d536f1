// Builds a Schema out of its JSON. Used by Schema::parse() alone. Throws data.
#pragma once

#include "common/avro/schema.hpp"

#include <map>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace cdckit::avro {

class Parser {
 public:
  // Each text may use the names of those before it; the last one is the schema.
  void add(std::string_view text);
  Schema take() && { return std::move(schema_); }

 private:
  NodeIndex type(const nlohmann::json& json, const std::string& space, int depth);
  NodeIndex named(const std::string& name, const std::string& space);
  NodeIndex object(const nlohmann::json& json, const std::string& outer, int depth);
  NodeIndex one_of(const nlohmann::json& json, const std::string& space, int depth);
  NodeIndex add_node(Node node);
  void declare(const nlohmann::json& json, std::string& space, NodeIndex index);
  void read_record(const nlohmann::json& json,
                   const std::string& space,
                   int depth,
                   NodeIndex index);
  Field read_field(const nlohmann::json& json, const std::string& space, int depth);

  Schema schema_;
  std::map<std::string, NodeIndex, std::less<>> names_;
};

}  // namespace cdckit::avro
