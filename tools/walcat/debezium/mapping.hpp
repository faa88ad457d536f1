// What every family of types is asked for: how a value is printed, which Connect schema describes
// it, what stands in for a value that the server did not send.
#pragma once

#include "tools/walcat/encode/encoding.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cdckit::walcat {

// Debezium's knobs under Debezium's names and with its defaults.
struct DebeziumSettings {
  std::string decimal_handling = "precise";
  std::string time_precision = "adaptive";
  std::string binary_handling = "bytes";
  std::string interval_handling = "numeric";
  std::string hstore_handling = "json";
  std::string unavailable_value = "__debezium_unavailable_value";
  bool schemas = false;
  bool quirks = false;
};

// A Connect schema but for `optional`, `default` and `field`, which the column adds. Raw JSON
// parts.
struct ConnectSchema {
  std::string type;    // "int32"
  std::string nested;  // "fields":[..], "items":{..} or "keys":{..},"values":{..}
  std::string name;
  int version = 0;  // 0: none
  std::string doc;
  std::string parameters;  // {"scale":"2"}
};

// How the schema is used: JSON texts, empty for none.
struct SchemaUse {
  bool optional = true;
  std::string default_value;
  std::string field;
};
std::string schema_json(const ConnectSchema& schema, const SchemaUse& use);
ConnectSchema simple_schema(std::string type, std::string name = {}, int version = 1);

// How the connector treats the type as the element of an array.
struct ElementRules {
  bool optional = true;       // in the schema
  bool null_loses = false;    // a NULL among them: the whole array is null
  bool keeps_others = false;  // one that cannot be converted is null alone, not the whole array
  bool stands_alone = false;  // an array of arrays is null as a whole
};

// Texts are raw JSON.
struct Mapping {
  Codec codec;
  ConnectSchema schema;
  std::string filler = "null";  // what Debezium makes up for NOT NULL
  std::string unavailable;  // for an unchanged TOAST value; empty: nothing of its type can say it
  bool in_debezium = true;  // false: Debezium drops such a column
  bool lost_when_streamed = false;  // Debezium prints null while streaming
  bool never_required = false;      // in the connector's schema, though NOT NULL
  ElementRules element;
};

// Where a value stands: the connector comes by it in different ways.
enum class Place { column, element, default_value };

// What is mapped. `snapshot`: Debezium reads some values in a way of its own there.
struct MappedType {
  const Type& type;
  std::int32_t modifier = -1;
  bool snapshot = false;
  int dimensions = 0;  // as declared
  Place place = Place::column;
};

using MaybeMapping = std::optional<Mapping>;
// Each knows its own types and answers nothing for all others.
MaybeMapping map_number(const MappedType& type, const DebeziumSettings& settings);
MaybeMapping map_date(const MappedType& type, const DebeziumSettings& settings);
MaybeMapping map_time(const MappedType& type, const DebeziumSettings& settings);
MaybeMapping map_binary(const MappedType& type, const DebeziumSettings& settings);
MaybeMapping map_geometry(const MappedType& type, const DebeziumSettings& settings);
MaybeMapping map_nested(const MappedType& type, const DebeziumSettings& settings);
// All others: strings.
Mapping map_text(const MappedType& type, const DebeziumSettings& settings);
// Asks one after the other.
Mapping map_type(const MappedType& type, const DebeziumSettings& settings);

void append_null(std::string& out, std::string_view text, const Codec& codec);

// A value that the Connect type cannot hold is printed as null, as Debezium does; said once a run.
void append_unrepresentable(std::string& out, std::string_view text, std::string_view hint);

}  // namespace cdckit::walcat
