#include "common/registry/answer.hpp"

#include "common/base/error.hpp"
#include "common/base/json_string.hpp"
#include "common/ndjson/text.hpp"
#include "common/ndjson/whole_number.hpp"
#include "common/secrets/scrub.hpp"

#include <nlohmann/json.hpp>

namespace cdckit::registry {
namespace {

using nlohmann::json;

constexpr std::size_t kMostReferences = 1000;
constexpr std::size_t kShown = 500;

[[noreturn]] void unreadable(const std::string& why) {
  throw base::Error(base::ErrorKind::protocol, "could not read the registry's answer: " + why);
}

json parse(std::string_view body) {
  auto parsed = json::parse(body, nullptr, false);
  if (!parsed.is_object()) unreadable("it is no JSON object");
  return parsed;
}

std::string text_member(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string())
    unreadable(std::string("\"") + name + "\" is no string");
  return found->get<std::string>();
}

std::int32_t number_member(const json& object, const char* name) {
  const auto found = object.find(name);
  const auto number =
      found == object.end() ? std::nullopt : ndjson::whole_number<std::int32_t>(*found);
  if (!number || *number < 0) unreadable(std::string("\"") + name + "\" is no number of a schema");
  return *number;
}

std::vector<Reference> read_references(const json& object) {
  std::vector<Reference> out;
  const auto found = object.find("references");
  if (found == object.end() || found->is_null()) return out;
  if (!found->is_array() || found->size() > kMostReferences)
    unreadable("\"references\" is no list");
  for (const json& item : *found) {
    if (!item.is_object()) unreadable("a reference is no object");
    out.push_back(
        {text_member(item, "name"), text_member(item, "subject"), number_member(item, "version")});
  }
  return out;
}

std::string printable(const std::string& text) {
  std::string out = secrets::scrub(base::to_valid_utf8(text.substr(0, kShown)));
  for (char& letter : out) {
    if (static_cast<unsigned char>(letter) < 0x20) letter = ' ';
  }
  return out;
}

}  // namespace

std::int32_t read_id(std::string_view body) {
  return number_member(parse(body), "id");
}

SchemaAnswer read_schema(std::string_view body) {
  const json object = parse(body);
  SchemaAnswer out;
  out.schema = text_member(object, "schema");
  const auto type = object.find("schemaType");
  if (type != object.end() && !type->is_null()) out.type = text_member(object, "schemaType");
  out.references = read_references(object);
  return out;
}

bool read_compatible(std::string_view body, std::vector<std::string>& messages) {
  const json object = parse(body);
  const auto found = object.find("is_compatible");
  if (found == object.end() || !found->is_boolean()) unreadable("\"is_compatible\" is no boolean");
  const auto list = object.find("messages");
  if (list != object.end() && list->is_array()) {
    for (const json& message : *list) {
      if (message.is_string() && messages.size() < 10)
        messages.push_back(printable(message.get<std::string>()));
    }
  }
  return found->get<bool>();
}

std::string read_level(std::string_view body) {
  const json object = parse(body);
  const bool answer = object.contains("compatibilityLevel");
  return printable(text_member(object, answer ? "compatibilityLevel" : "compatibility"));
}

Complaint read_complaint(std::string_view body) {
  const auto object = json::parse(body, nullptr, false);
  Complaint out;
  if (!object.is_object()) return out;
  const auto code = object.find("error_code");
  if (code != object.end()) out.code = ndjson::whole_number<std::int32_t>(*code).value_or(0);
  const auto message = object.find("message");
  if (message != object.end() && message->is_string())
    out.message = printable(message->get<std::string>());
  return out;
}

std::string schema_body(std::string_view schema) {
  std::string out = R"({"schema":)";
  ndjson::append_string(out, schema);
  out += R"(,"schemaType":"AVRO"})";
  return out;
}

}  // namespace cdckit::registry
