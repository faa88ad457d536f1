#include "common/avro/schema.hpp"

#include "common/avro/parser.hpp"
#include "common/base/error.hpp"

#include <nlohmann/json.hpp>

namespace cdckit::avro {

Schema Schema::parse(std::string_view text, std::span<const std::string> references) {
  try {
    Parser parser;
    for (const std::string& reference : references) parser.add(reference);
    parser.add(text);
    return std::move(parser).take();
  } catch (const nlohmann::json::exception& error) {
    throw base::Error(base::ErrorKind::data,
                      std::string("could not read Avro schema: ") + error.what());
  }
}

std::optional<Nullable> nullable_of(const Schema& schema, NodeIndex index) {
  const Node& node = schema.node(index);
  if (node.type != Type::one_of || node.inner.size() != 2) return std::nullopt;
  for (std::uint32_t branch = 0; branch < 2; ++branch) {
    const NodeIndex other = node.inner[1 - branch];
    if (schema.node(node.inner[branch]).type == Type::null && schema.node(other).type != Type::null)
      return Nullable{other, branch};
  }
  return std::nullopt;
}

std::string_view to_text(Type type) noexcept {
  switch (type) {
    case Type::null:
      return "null";
    case Type::boolean:
      return "boolean";
    case Type::int32:
      return "int";
    case Type::int64:
      return "long";
    case Type::float32:
      return "float";
    case Type::float64:
      return "double";
    case Type::bytes:
      return "bytes";
    case Type::string:
      return "string";
    case Type::record:
      return "record";
    case Type::enumeration:
      return "enum";
    case Type::array:
      return "array";
    case Type::map:
      return "map";
    case Type::one_of:
      return "union";
    case Type::fixed:
      return "fixed";
  }
  return "?";
}

}  // namespace cdckit::avro
