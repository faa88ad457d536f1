#include "common/event/schema.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"
#include "common/ndjson/whole_number.hpp"

#include <nlohmann/json.hpp>
#include <xxhash.h>

namespace cdckit::event {

using ndjson::append_string;

namespace {

template <class Number>
Number number_of(const nlohmann::json& column, const char* name, Number otherwise) {
  const auto found = column.find(name);
  if (found == column.end()) return otherwise;
  if (const auto number = ndjson::whole_number<Number>(*found)) return *number;
  throw base::Error(base::ErrorKind::data,
                    std::string("could not read schema line: \"") + name +
                        "\" of a column is no whole number in range");
}

std::optional<std::string> text_of(const nlohmann::json& column, const char* name) {
  const auto found = column.find(name);
  if (found == column.end() || found->is_null()) return std::nullopt;
  return found->get<std::string>();
}

void append_root(std::string& out, const Root& root) {
  if (root.table.empty()) return;
  out += R"(,"root":{"schema":)";
  append_string(out, root.schema);
  out += R"(,"table":)";
  append_string(out, root.table);
  out += '}';
}

Root root_of(const nlohmann::json& line) {
  const auto found = line.find("root");
  if (found == line.end() || found->is_null()) return {};
  return {.schema = found->at("schema").get<std::string>(),
          .table = found->at("table").get<std::string>()};
}

}  // namespace

void append_schema_line(std::string& out, const TableSchema& schema) {
  out += R"({"__cdc":"schema","v":1,"schema":)";
  append_string(out, schema.schema);
  out += R"(,"table":)";
  append_string(out, schema.table);
  out += R"(,"identity":)";
  append_string(out, schema.identity);
  out += R"(,"key":[)";
  for (std::size_t i = 0; i < schema.key.size(); ++i) {
    if (i > 0) out += ',';
    append_string(out, schema.key[i]);
  }
  out += R"(],"columns":[)";
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    const Column& column = schema.columns[i];
    out += i > 0 ? R"(,{"name":)" : R"({"name":)";
    append_string(out, column.name);
    out += R"(,"type":)";
    append_string(out, column.type);
    out += R"(,"oid":)" + std::to_string(column.oid) + R"(,"modifier":)" +
           std::to_string(column.modifier) + R"(,"nullable":)" +
           (column.nullable ? "true" : "false");
    if (!column.base.empty()) {
      out += R"(,"base":)";
      append_string(out, column.base);
    }
    if (!column.default_expression.empty()) {
      out += R"(,"default":)";
      append_string(out, column.default_expression);
    }
    if (column.missing) {
      out += R"(,"missing":)";
      append_string(out, *column.missing);
    }
    out += '}';
  }
  out += ']';
  append_root(out, schema.root);
  if (!schema.encoding.empty()) {
    out += R"(,"encoding":)";
    append_string(out, schema.encoding);
  }
  if (!schema.connect.empty()) out += R"(,"connect":)" + schema.connect;
  out += '}';
}

TableSchema parse_schema_line(std::string_view line) {
  try {
    const auto json = nlohmann::json::parse(line);
    TableSchema out;
    out.schema = json.at("schema").get<std::string>();
    out.table = json.at("table").get<std::string>();
    out.identity = json.value("identity", "default");
    for (const auto& name : json.at("key")) out.key.push_back(name.get<std::string>());
    for (const auto& item : json.at("columns")) {
      out.columns.push_back({item.at("name").get<std::string>(),
                             item.at("type").get<std::string>(),
                             number_of<std::uint32_t>(item, "oid", 0),
                             number_of<std::int32_t>(item, "modifier", -1),
                             item.value("nullable", true),
                             item.value("default", std::string()),
                             text_of(item, "missing"),
                             item.value("base", std::string())});
    }
    out.encoding = json.value("encoding", std::string());
    out.root = root_of(json);
    if (json.contains("connect") && !json.at("connect").is_null())
      out.connect = ndjson::find_member(line, "connect");
    return out;
  } catch (const nlohmann::json::exception& error) {
    throw base::Error(base::ErrorKind::data,
                      std::string("could not read schema line: ") + error.what());
  }
}

std::string schema_hash(std::string_view line) {
  return base::to_lower(base::hex16(XXH3_64bits(line.data(), line.size())));
}

}  // namespace cdckit::event
