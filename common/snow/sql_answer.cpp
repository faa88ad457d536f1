#include "common/snow/sql_answer.hpp"

#include "common/base/text.hpp"
#include "common/ndjson/whole_number.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

namespace cdckit::snow {
namespace {

using nlohmann::json;

constexpr int kLongestAnswerQuote = 200;

void add_context(json& body,
                 const char* name,
                 const std::string& own,
                 const std::string& fallback) {
  const std::string& value = own.empty() ? fallback : own;
  if (!value.empty()) body[name] = value;
}

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

std::uint64_t count_of(const json& stats, const char* name) {
  const auto found = stats.find(name);
  return found == stats.end() ? 0 : ndjson::whole_number<std::uint64_t>(*found).value_or(0);
}

std::optional<int> optional_int(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? std::nullopt : ndjson::whole_number<int>(*found);
}

[[noreturn]] void throw_unreadable(std::string_view body) {
  throw base::Error(
      base::ErrorKind::protocol,
      "could not read the SQL API's answer: " + std::string(body.substr(0, kLongestAnswerQuote)));
}

json parse_object(std::string_view body) {
  json parsed = json::parse(body, nullptr, false);
  if (!parsed.is_object()) throw_unreadable(body);
  return parsed;
}

// An answer of another shape than the manual has is the service's surprise, not our own mistake.
template <class Read>
void read_shape(std::string_view body, Read read) {
  try {
    read();
  } catch (const json::exception&) {
    throw_unreadable(body);
  }
}

// The member, which is a list where it is there at all.
const json& list_of(const json& object, const char* name) {
  static const json empty = json::array();
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return empty;
  (void)found->get_ref<const json::array_t&>();  // throws when it is none
  return *found;
}

void append_rows(const json& data, StatementResult& result) {
  for (const json& row : data) {
    const bool fits = row.get_ref<const json::array_t&>().size() == result.columns.size();
    if (!fits && !result.columns.empty()) {
      throw base::Error(base::ErrorKind::protocol,
                        "could not read the SQL API's answer: a row has " +
                            std::to_string(row.size()) + " values for " +
                            std::to_string(result.columns.size()) + " columns");
    }
    ResultRow cells;
    cells.reserve(row.size());
    for (const json& cell : row) {
      if (cell.is_null()) {
        cells.emplace_back();
      } else {
        cells.emplace_back(cell.is_string() ? cell.get<std::string>() : cell.dump());
      }
    }
    result.rows.push_back(std::move(cells));
  }
}

void read_metadata(const json& metadata, Answer& answer) {
  (void)metadata.get_ref<const json::object_t&>();  // throws when it is none
  for (const json& column : list_of(metadata, "rowType")) {
    (void)column.get_ref<const json::object_t&>();
    answer.result.columns.push_back({text_of(column, "name"),
                                     base::to_lower(text_of(column, "type")),
                                     column.value("nullable", true),
                                     optional_int(column, "precision"),
                                     optional_int(column, "scale")});
  }
  const auto partitions = metadata.find("partitionInfo");
  if (partitions != metadata.end() && partitions->is_array() && !partitions->empty()) {
    answer.partitions = partitions->size();
  }
}

}  // namespace

std::string statement_body(const Statement& statement, const ConnectionSettings& settings) {
  json body = {{"statement", statement.text}};
  if (statement.timeout.count() > 0) body["timeout"] = statement.timeout.count();
  add_context(body, "database", statement.database, settings.database);
  add_context(body, "schema", statement.schema, settings.schema);
  add_context(body, "warehouse", statement.warehouse, settings.warehouse);
  add_context(body, "role", statement.role, settings.role);
  json parameters = json::object();
  for (const auto& [name, value] : statement.parameters) parameters[name] = value;
  if (statement.count != 1) parameters["multi_statement_count"] = std::to_string(statement.count);
  if (!parameters.empty()) body["parameters"] = std::move(parameters);
  for (std::size_t i = 0; i < statement.bindings.size(); ++i) {
    const Binding& binding = statement.bindings[i];
    const json value = binding.value ? json(*binding.value) : json(nullptr);
    body["bindings"][std::to_string(i + 1)] = {{"type", binding.type}, {"value", value}};
  }
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

Answer parse_answer(std::string_view body) {
  const json parsed = parse_object(body);
  Answer answer;
  answer.result.handle = text_of(parsed, "statementHandle");
  answer.result.message = text_of(parsed, "message");
  read_shape(body, [&] {
    for (const json& handle : list_of(parsed, "statementHandles")) {
      answer.result.handles.push_back(handle.get<std::string>());
    }
    const auto metadata = parsed.find("resultSetMetaData");
    if (metadata != parsed.end() && !metadata->is_null()) read_metadata(*metadata, answer);
    append_rows(list_of(parsed, "data"), answer.result);
  });
  if (parsed.contains("stats") && parsed["stats"].is_object()) {
    answer.result.inserted = count_of(parsed["stats"], "numRowsInserted");
    answer.result.updated = count_of(parsed["stats"], "numRowsUpdated");
    answer.result.deleted = count_of(parsed["stats"], "numRowsDeleted");
  }
  return answer;
}

void append_partition(std::string_view body, StatementResult& result) {
  const json parsed = parse_object(body);
  read_shape(body, [&] { append_rows(list_of(parsed, "data"), result); });
}

Failure parse_failure(std::string_view body) {
  const json parsed = json::parse(body, nullptr, false);
  if (!parsed.is_object()) return {};
  return {text_of(parsed, "code"),
          text_of(parsed, "sqlState"),
          text_of(parsed, "message"),
          text_of(parsed, "statementHandle")};
}

std::string parse_handle(std::string_view body) {
  return parse_failure(body).handle;
}

base::ErrorKind kind_of_sql_code(std::string_view code) {
  using base::ErrorKind;
  struct Rule {
    std::string_view code;
    ErrorKind kind;
  };
  constexpr std::array kRules = {
      Rule{"003001", ErrorKind::permission},
      Rule{"003013", ErrorKind::permission},
      Rule{"390144", ErrorKind::permission},
      Rule{"390422", ErrorKind::permission},
      Rule{"390101", ErrorKind::permission},
      Rule{"000630", ErrorKind::temporary},
      Rule{"000606", ErrorKind::unavailable},
      Rule{"002003", ErrorKind::unavailable},
      Rule{"002043", ErrorKind::unavailable},
      Rule{"002002", ErrorKind::unavailable},
      Rule{"001998", ErrorKind::unavailable},
  };
  for (const Rule& rule : kRules) {
    if (rule.code == code) return rule.kind;
  }
  return ErrorKind::data;
}

}  // namespace cdckit::snow
