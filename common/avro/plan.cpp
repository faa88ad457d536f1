#include "common/avro/plan.hpp"

#include "common/avro/buffer.hpp"
#include "common/ndjson/text.hpp"

namespace cdckit::avro {
namespace {

Operation scalar_of(Type type) noexcept {
  switch (type) {
    case Type::boolean:
      return Operation::boolean;
    case Type::int32:
      return Operation::int32;
    case Type::int64:
      return Operation::int64;
    case Type::float32:
      return Operation::float32;
    case Type::float64:
      return Operation::float64;
    case Type::bytes:
      return Operation::bytes;
    case Type::string:
      return Operation::string;
    case Type::fixed:
      return Operation::fixed;
    default:
      return Operation::null;
  }
}

}  // namespace

bool is_map_entry(const Node& node) noexcept {
  const bool named =
      node.full_name == "io.confluent.connect.avro.MapEntry" || node.connect.internal == "MapEntry";
  return node.type == Type::record && named && node.fields.size() == 2 &&
         node.fields[0].name == "key" && node.fields[1].name == "value";
}

Plan::Plan(const Schema& schema) : root_(schema.root()) {
  steps_.resize(schema.size());
  for (NodeIndex index = 0; index < schema.size(); ++index) plan(schema, index);
  for (NodeIndex index = 0; index < schema.size(); ++index) give_zero(schema, schema.node(index));
  text_.append(Buffer::kBehind, '\0');
}

Slice Plan::keep(std::string_view text) {
  const Slice slice{static_cast<std::uint32_t>(text_.size()),
                    static_cast<std::uint32_t>(text.size())};
  text_ += text;
  return slice;
}

bool Plan::is_same(const PlannedField& field, std::string_view raw) const {
  std::string text;
  ndjson::append_unescaped(text, std::string_view(raw.data() - 1, raw.size() + 2));
  std::string escaped;
  ndjson::append_escaped(escaped, text);
  return escaped == name(field);
}

void Plan::plan(const Schema& schema, NodeIndex index) {
  const Node& node = schema.node(index);
  Step& step = steps_[index];
  switch (node.type) {
    case Type::record:
      return plan_record(node, step);
    case Type::array:
    case Type::map:
      step.operation = node.type == Type::array ? Operation::array : Operation::map;
      step.first = node.inner.front();
      return;
    case Type::enumeration:
      step.operation = Operation::enumeration;
      step.first = static_cast<std::uint32_t>(symbols_.size());
      step.count = static_cast<std::uint32_t>(node.symbols.size());
      for (const std::string& symbol : node.symbols) {
        std::string quoted;
        ndjson::append_string(quoted, symbol);
        symbols_.push_back(keep(quoted));
      }
      return;
    case Type::one_of:
      if (const auto nullable = nullable_of(schema, index)) {
        step.operation = Operation::nullable;
        step.first = nullable->inner;
        step.count = nullable->null_branch;
        return;
      }
      step.operation = Operation::one_of;
      step.first = static_cast<std::uint32_t>(branches_.size());
      step.count = static_cast<std::uint32_t>(node.inner.size());
      branches_.insert(branches_.end(), node.inner.begin(), node.inner.end());
      return;
    default:
      plan_scalar(node, step);
  }
}

void Plan::plan_record(const Node& node, Step& step) {
  step.operation = is_map_entry(node) ? Operation::pair : Operation::record;
  step.first = static_cast<std::uint32_t>(fields_.size());
  step.count = static_cast<std::uint32_t>(node.fields.size());
  for (const Field& field : node.fields) {
    std::string label = ",";
    ndjson::append_string(label, field.original);
    label += ':';
    fields_.push_back({keep(label), field.type});
  }
}

// A number that is bytes has a byte at least, for Java.
void Plan::give_zero(const Schema& schema, const Node& node) {
  if (node.connect.name != "io.debezium.data.VariableScaleDecimal") return;
  for (const Field& field : node.fields) {
    if (schema.node(field.type).type == Type::bytes) steps_[field.type].count = 1;
  }
}

// Connect's Decimal stays bytes: Debezium's JSON has it in base64.
void Plan::plan_scalar(const Node& node, Step& step) const {
  step.operation = scalar_of(node.type);
  step.count = node.size;
  step.scale = node.scale;
  if (node.connect.name == "org.apache.kafka.connect.data.Decimal" && node.type == Type::bytes)
    step.count = 1;
  if (!node.connect.name.empty()) return;
  const bool is_fixed = node.type == Type::fixed;
  if (node.logical == Logical::decimal)
    step.operation = is_fixed ? Operation::decimal_fixed : Operation::decimal_bytes;
  if (node.logical == Logical::big_decimal) step.operation = Operation::big_decimal;
  if (node.logical == Logical::uuid && is_fixed) step.operation = Operation::uuid_fixed;
  if (node.logical == Logical::duration) step.operation = Operation::duration;
}

}  // namespace cdckit::avro
