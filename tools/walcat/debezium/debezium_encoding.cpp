#include "tools/walcat/debezium/debezium_encoding.hpp"

#include "common/base/error.hpp"
#include "tools/walcat/debezium/column_default.hpp"
#include "tools/walcat/debezium/envelope.hpp"
#include "tools/walcat/debezium/json_text.hpp"

namespace cdckit::walcat {
namespace {

// Raw JSON, empty without one.
std::string default_value(const Mapping& mapping, const ColumnSource& source) {
  if (mapping.schema.type == "struct") return {};
  const auto text = default_text(source.type, source.default_expression);
  if (!text) return {};
  std::string out;
  try {
    mapping.codec.append(out, *text, mapping.codec);
  } catch (const base::Error&) {
    return {};  // an expression that is no constant
  }
  return out == "null" ? std::string() : out;
}

}  // namespace

ColumnForm DebeziumEncoding::column(const ColumnSource& source) const {
  const auto modifier = source.type.modifier >= 0 ? source.type.modifier : source.modifier;
  const Mapping mapping =
      map_type({source.type, modifier, source.snapshot, source.dimensions}, settings_);
  ColumnForm form;
  form.codec = mapping.codec;
  form.printed = mapping.in_debezium || !settings_.quirks;
  form.unchanged = mapping.unavailable;
  set_stand_ins(form, mapping, source);
  if (settings_.quirks && mapping.lost_when_streamed && !source.snapshot) {
    form.codec.append = [](std::string& out, std::string_view /*text*/, const Codec& /*codec*/) {
      out += "null";
    };
  }
  form.schema = schema_json(mapping.schema,
                            {.optional = source.nullable,
                             .default_value = default_value(mapping, source),
                             .field = std::string(source.name)});
  return form;
}

// What stands for NULL, and for the columns that a key alone leaves out. A schema that says
// `optional: false` forbids null, so there the made-up values are printed without quirks too.
void DebeziumEncoding::set_stand_ins(ColumnForm& form,
                                     const Mapping& mapping,
                                     const ColumnSource& source) const {
  form.unsent = "null";
  if (settings_.quirks) {
    const auto value = default_value(mapping, source);
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
