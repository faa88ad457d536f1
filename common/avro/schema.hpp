// An Avro schema, parsed once: names resolved with their namespaces, logical types understood where
// they are valid (the specification says to pass over others), Kafka Connect's annotations kept.
// The text stays as it came: it is what a registry knows. Owns everything; values to copy or move,
// immutable, so any thread may read one. Cold path: parsing builds a tree.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::avro {

enum class Type : std::uint8_t {
  null,
  boolean,
  int32,
  int64,
  float32,
  float64,
  bytes,
  string,
  record,
  enumeration,
  array,
  map,
  one_of,  // a union
  fixed
};

enum class Logical : std::uint8_t {
  none,
  decimal,      // bytes or fixed
  big_decimal,  // bytes: the unscaled number as bytes, then the scale
  uuid,         // string or fixed(16)
  date,
  time_millis,
  time_micros,
  timestamp_millis,
  timestamp_micros,
  timestamp_nanos,
  local_timestamp_millis,
  local_timestamp_micros,
  local_timestamp_nanos,
  duration  // fixed(12)
};

using NodeIndex = std::uint32_t;  // of Schema::node()

// What Kafka Connect's converter writes beside a type. Raw JSON; empty: not there.
struct ConnectNotes {
  std::string name;        // connect.name, text
  std::string type;        // connect.type, text: int8, int16
  std::string version;     // connect.version
  std::string parameters;  // connect.parameters
  std::string doc;         // connect.doc, text
  std::string internal;    // connect.internal.type, text: MapEntry
};

struct Field {
  std::string name;
  std::string
      original;  // the source's name of it, where Avro's names could not say it; else `name`
  NodeIndex type = 0;
  std::optional<std::string> default_json;  // in Avro's own JSON
};

struct Node {
  Type type = Type::null;
  Logical logical = Logical::none;
  std::string full_name = {};             // record, enumeration, fixed
  std::vector<Field> fields = {};         // record
  std::vector<NodeIndex> inner = {};      // branches of a union; array and map: one
  std::vector<std::string> symbols = {};  // enumeration
  std::uint32_t size = 0;                 // fixed
  std::int32_t precision = 0;             // decimal
  std::int32_t scale = 0;
  ConnectNotes connect = {};
};

// Where the source's name of a field is kept when it had to be adjusted.
inline constexpr std::string_view kOriginalName = "cdc.name";

class Schema {
 public:
  // `references` are schemas whose named types the text may use, each after those that it uses
  // itself. Throws data: "could not read Avro schema: why".
  static Schema parse(std::string_view text, std::span<const std::string> references = {});

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] NodeIndex root() const noexcept { return root_; }
  [[nodiscard]] const Node& node(NodeIndex index) const { return nodes_[index]; }
  [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }

 private:
  friend class Parser;
  std::string text_;
  std::vector<Node> nodes_;
  NodeIndex root_ = 0;
};

// Of a union of null and one other type: that type, and which of the two is null.
struct Nullable {
  NodeIndex inner;
  std::uint32_t null_branch;
};
std::optional<Nullable> nullable_of(const Schema& schema, NodeIndex index);

// "int", "record" .. as Avro spells it.
std::string_view to_text(Type type) noexcept;

}  // namespace cdckit::avro
