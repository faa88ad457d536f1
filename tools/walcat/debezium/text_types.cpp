#include "tools/walcat/debezium/json_text.hpp"
#include "tools/walcat/debezium/mapping.hpp"
#include "tools/walcat/debezium/unavailable.hpp"
#include "tools/walcat/encode/type_oids.hpp"

#include <algorithm>
#include <array>

namespace cdckit::walcat {
namespace {

void append_text(std::string& out, std::string_view text, const Codec& /*codec*/) {
  append_java_string(out, text);
}

struct NamedText {
  std::uint32_t oid;
  const char* name;
};
constexpr std::array kNamed{NamedText{oid::kUuid, "io.debezium.data.Uuid"},
                            NamedText{oid::kJson, "io.debezium.data.Json"},
                            NamedText{oid::kJsonb, "io.debezium.data.Json"},
                            NamedText{oid::kXml, "io.debezium.data.Xml"},
                            NamedText{oid::kTsvector, "io.debezium.data.Tsvector"}};

constexpr std::array kBare{oid::kChar,
                           oid::kName,
                           oid::kText,
                           oid::kCidr,
                           oid::kMacaddr8,
                           oid::kMacaddr,
                           oid::kInet,
                           oid::kBpchar,
                           oid::kVarchar,
                           oid::kInt4Range,
                           oid::kNumericRange,
                           oid::kTimestampRange,
                           oid::kDateRange,
                           oid::kInt8Range,
                           oid::kTimestamptzRange};

constexpr std::string_view kLtree = "ltree";
constexpr std::string_view kIsbn = "isbn";
// Known to the connector by their name: extensions have no fixed OIDs.
constexpr std::array<std::string_view, 2> kBareNames{"citext", kIsbn};

// Of the elements of an array of domains over an enum the connector does not know the labels.
ConnectSchema enum_schema(const Type& type, bool labelled) {
  ConnectSchema schema = simple_schema("string", "io.debezium.data.Enum");
  std::string allowed;
  for (const auto& label : labelled ? type.labels : std::vector<std::string>())
    allowed += (allowed.empty() ? "" : ",") + label;
  schema.parameters = "{\"allowed\":" + java_string(allowed) + "}";
  return schema;
}

}  // namespace

// What the connector has no place for is printed as the server's text.
Mapping map_text(const MappedType& type, const DebeziumSettings& settings) {
  const Type& of = type.type;
  Mapping mapping;
  mapping.codec.append = &append_text;
  mapping.schema = simple_schema("string");
  mapping.filler = "\"\"";
  mapping.unavailable = java_string(unavailable_bytes(settings));
  const auto* named = std::find_if(
      kNamed.begin(), kNamed.end(), [&](const NamedText& entry) { return entry.oid == of.oid; });
  if (named != kNamed.end()) {
    mapping.schema = simple_schema("string", named->name);
  } else if (of.kind == 'e') {
    mapping.schema =
        enum_schema(of, !settings.quirks || type.place != Place::element || !of.domain);
  } else if (of.name == kLtree) {
    mapping.schema = simple_schema("string", "io.debezium.data.Ltree");
  } else {
    mapping.in_debezium =
        std::find(kBare.begin(), kBare.end(), of.oid) != kBare.end() ||
        std::find(kBareNames.begin(), kBareNames.end(), of.name) != kBareNames.end();
    mapping.lost_when_streamed = of.oid == oid::kName;
  }
  mapping.element.optional = of.kind != 'e' && of.oid != oid::kTsvector && of.name != kIsbn;
  mapping.element.stands_alone = of.name == kIsbn;
  mapping.element.null_loses = !mapping.element.optional || of.name == kLtree;
  return mapping;
}

}  // namespace cdckit::walcat
