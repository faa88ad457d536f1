#include "tools/walcat/debezium/debezium_encoding.hpp"

#include "common/base/error.hpp"
#include "tools/walcat/debezium/column_default.hpp"
#include "tools/walcat/debezium/envelope.hpp"
#include "tools/walcat/debezium/json_text.hpp"
#include "tools/walcat/debezium/unavailable.hpp"

namespace cdckit::walcat {
namespace {

std::int32_t modifier_of(const ColumnSource& source) noexcept {
  return source.type.modifier >= 0 ? source.type.modifier : source.modifier;
}

// Raw JSON, empty without one.
std::string default_value(const ColumnSource& source, const DebeziumSettings& settings) {
  const auto text = default_text(source.type, source.default_expression, modifier_of(source));
  if (!text) return {};
  const Mapping mapping = map_type({.type = source.type,
                                    .modifier = modifier_of(source),
                                    .snapshot = source.snapshot,
                                    .place = Place::default_value},
                                   settings);
  if (mapping.schema.type == "struct") return {};
  std::string out;
  try {
    mapping.codec.append(out, *text, mapping.codec);
  } catch (const base::Error&) {
    return {};  // an expression that is no constant
  }
  return out == "null" ? std::string() : out;
}

// JsonConverter prints the default for every null, also for one that stands for a value which the
// connector could not convert.
void append_or_default(std::string& out, std::string_view text, const Codec& codec) {
  const auto begin = out.size();
  codec.children.front().append(out, text, codec.children.front());
  if (out.compare(begin, out.npos, "null") == 0) out.replace(begin, out.npos, codec.names.front());
}

Codec with_default(Codec codec, const std::string& value) {
  Codec out;
  out.append = &append_or_default;
  out.children.push_back(std::move(codec));
  out.names.push_back(value);
  return out;
}

}  // namespace

ColumnForm DebeziumEncoding::column(const ColumnSource& source) const {
  const MappedType type{.type = source.type,
                        .modifier = modifier_of(source),
                        .snapshot = source.snapshot,
                        .dimensions = source.dimensions};
  const Mapping mapping = map_type(type, settings_);
  const std::string value = default_value(source, settings_);
  ColumnForm form;
  form.codec = mapping.codec;
  form.printed = mapping.in_debezium || !settings_.quirks;
  form.unchanged = mapping.unavailable;
  set_stand_ins(form, mapping, source, value);
  if (settings_.quirks) {
    if (mapping.lost_when_streamed && !source.snapshot) form.codec.append = &append_null;
    form.unchanged = connector_unavailable(type, mapping, settings_);
    if (form.unchanged == "null") form.unchanged = form.null;
    if (!value.empty()) form.codec = with_default(std::move(form.codec), value);
  }
  form.schema =
      schema_json(mapping.schema,
                  {.optional = source.nullable || (settings_.quirks && mapping.never_required),
                   .default_value = value,
                   .field = std::string(source.name)});
  return form;
}

// What stands for NULL, and for the columns that a key alone leaves out. A schema that says
// `optional: false` forbids null, so there the made-up values are printed without quirks too.
void DebeziumEncoding::set_stand_ins(ColumnForm& form,
                                     const Mapping& mapping,
                                     const ColumnSource& source,
                                     const std::string& value) const {
  form.unsent = "null";
  if (settings_.quirks) {
    if (!value.empty()) form.null = form.unsent = value;
    if (value.empty() && !source.nullable) form.unsent = mapping.filler;
  } else if (settings_.schemas && !source.nullable) {
    form.unsent = mapping.filler;
  }
}

std::string DebeziumEncoding::member_name(std::string_view name) const {
  return "," + java_string(name) + ":";
}

void DebeziumEncoding::wrap(Table& table, std::string_view topic_prefix) const {
  const ConnectSchemas schemas = connect_schemas(table, topic_prefix);
  table.shape.connect = R"({"key":)" + schemas.key + R"(,"value":)" + schemas.value + '}';
  if (settings_.schemas) wrap_table(table, schemas);
}

MessageForm DebeziumEncoding::message_form() const {
  MessageForm form;
  if (settings_.schemas)
    wrap_message(form, settings_.binary_handling == "bytes" ? "bytes" : "string");
  form.hex_content = settings_.binary_handling == "hex";
  form.url_safe_content = settings_.binary_handling == "base64-url-safe";
  return form;
}

// Money is printed by the server's locale.
std::string DebeziumEncoding::session_setup() const {
  return "SET lc_monetary = 'C'";
}

}  // namespace cdckit::walcat
