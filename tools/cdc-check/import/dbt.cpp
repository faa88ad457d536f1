#include "tools/cdc-check/import/dbt.hpp"

#include "tools/cdc-check/values/decimal.hpp"

#include <algorithm>
#include <array>

namespace cdckit::cdc_check {
namespace {

constexpr std::array kLists{"models", "seeds", "snapshots"};
constexpr const char* kWindow = "100000";

struct Test {
  std::string name;  // not_null
  const Node* arguments = nullptr;
};

// `not_null`, or {accepted_values: {values: [..]}}; newer files have {arguments: {..}} inside.
Test read_test(const Node& node) {
  if (node.type == Node::Type::text) return {node.text, nullptr};
  if (node.type != Node::Type::map) return {"", nullptr};
  for (const Node& item : node.items) {
    if (item.name == "name" || item.name == "config" || item.name == "arguments" ||
        item.name == "description")
      continue;
    if (item.name == "test_name" || item.name == "test")
      return {item.text, node.find("arguments") != nullptr ? node.find("arguments") : &node};
    const Node* inner = item.find("arguments");
    return {item.name, inner != nullptr ? inner : &item};
  }
  return {"", nullptr};
}

// `severity` stands beside the arguments or in their config.
bool warns(const Node& node) {
  for (const Node& item : node.items) {
    if (item.name == "severity" && (item.text == "warn" || item.text == "WARN")) return true;
    if ((item.name == "config" || item.type == Node::Type::map) && warns(item)) return true;
  }
  return false;
}

class Importer {
 public:
  Importer(std::string table, std::string column, Imported& out)
      : table_(std::move(table)), column_(std::move(column)), out_(out) {}

  void take(const Node& node) {
    const Test test = read_test(node);
    const std::size_t dot = test.name.rfind('.');
    const std::string word = dot == std::string::npos ? test.name : test.name.substr(dot + 1);
    warns_ = warns(node);
    const char* const other = what_else(node);
    if (*other != '\0' || !turn(word, test.arguments))
      leave_out(test.name, *other != '\0' ? other : "no kind of rule does that");
  }

  // Of a contract: a type, mostly.
  void take_constraint(const Node& node) {
    const std::string type = text_of_member(node, "type");
    const bool known = !column_.empty() && (type == "not_null" || type == "primary_key");
    if (known) add("not_null");
    if (!column_.empty() && (type == "unique" || type == "primary_key")) {
      add("unique", {{"window", kWindow}});
    } else if (!known) {
      leave_out("constraint " + type, "no kind of rule does that");
    }
  }

  void leave_out(const std::string& name, const char* why) {
    out_.leave_out(table_ + (column_.empty() ? "" : "." + column_) + ": " + name, why);
  }

 private:
  using Settings = std::vector<std::pair<std::string, std::string>>;

  // What makes a test mean less than its rule would.
  static const char* what_else(const Node& node) {
    for (const char* name : {"where", "row_condition"}) {
      if (holds_member(node, name)) return "it looks at some rows only";
    }
    for (const char* name : {"mostly", "error_if", "warn_if", "fail_calc"}) {
      if (holds_member(node, name)) return "it allows some bad rows";
    }
    return is_off(node) ? "it is not enabled" : "";
  }

  static bool is_off(const Node& node) {
    if (node.type != Node::Type::map) return false;
    if (text_of_member(node, "enabled") == "false") return true;
    for (const Node& item : node.items) {
      if (is_off(item)) return true;
    }
    return false;
  }

  bool add(const char* kind, Settings settings = {}) {
    out_.add({.name = "",
              .kind = kind,
              .table = table_,
              .column = is_for_several(kind, settings) ? "" : column_,
              .warns = warns_,
              .settings = std::move(settings)});
    return true;
  }

  static bool is_for_several(const std::string& kind, const Settings& settings) {
    return kind == "expression" || (!settings.empty() && settings.front().first == "columns");
  }

  // Texts that are none: `quote: false`.
  static std::string bare(const Node& values) {
    Node copy = values;
    for (Node& item : copy.items) {
      const bool word = item.text == "true" || item.text == "false";
      if (item.type == Node::Type::text && (word || parse_decimal(item.text)))
        item.type = word ? Node::Type::boolean : Node::Type::number;
    }
    return flow_text(copy);
  }

  // Copies what is there under another name.
  static void copy(Settings& to, const char* name, const Node* from, const char* old) {
    const Node* value = from == nullptr ? nullptr : from->find(old);
    if (value != nullptr && value->type != Node::Type::null)
      to.emplace_back(name, flow_text(*value));
  }

  bool turn(const std::string& word, const Node* arguments) {
    Settings settings;
    if (word == "expression_is_true") {
      if (arguments == nullptr || text_of_member(*arguments, "expression").empty()) return false;
      const std::string text =
          column_ + (column_.empty() ? "" : " ") + text_of_member(*arguments, "expression");
      return add("expression", {{"expr", yaml_scalar(text)}});
    }
    if (word == "unique_combination_of_columns" || word == "expect_compound_columns_to_be_unique") {
      copy(settings, "columns", arguments, "combination_of_columns");
      copy(settings, "columns", arguments, "column_list");
      settings.emplace_back("window", kWindow);
      return settings.size() == 2 && add("unique", settings);
    }
    if (column_.empty()) return false;
    if (word == "not_null" || word == "expect_column_values_to_not_be_null") return add("not_null");
    if (word == "unique" || word == "expect_column_values_to_be_unique")
      return add("unique", {{"window", kWindow}});
    if (word == "accepted_values") {
      copy(settings, "values", arguments, "values");
      if (!settings.empty() && text_of_member(*arguments, "quote") == "false")
        settings.front().second = bare(*arguments->find("values"));
    }
    if (word == "expect_column_values_to_be_in_set")
      copy(settings, "values", arguments, "value_set");
    if (!settings.empty()) return add("enum", settings);
    if (word == "accepted_range" || word == "expect_column_values_to_be_between") {
      if (arguments != nullptr && (text_of_member(*arguments, "inclusive") == "false" ||
                                   text_of_member(*arguments, "strictly") == "true"))
        return false;
      copy(settings, "min", arguments, "min_value");
      copy(settings, "max", arguments, "max_value");
      return !settings.empty() && add("range", settings);
    }
    if (word == "expect_column_value_lengths_to_be_between") {
      copy(settings, "min", arguments, "min_value");
      copy(settings, "max", arguments, "max_value");
      return !settings.empty() && add("length", settings);
    }
    if (word == "expect_column_value_lengths_to_equal") {
      copy(settings, "min", arguments, "value");
      copy(settings, "max", arguments, "value");
      return !settings.empty() && add("length", settings);
    }
    if (word == "not_empty_string") return add("regex", {{"pattern", "'\\S'"}});
    if (word == "expect_column_values_to_match_regex") {
      copy(settings, "pattern", arguments, "regex");
      return !settings.empty() && add("regex", settings);
    }
    return false;
  }

  std::string table_;
  std::string column_;
  Imported& out_;
  bool warns_ = false;
};

void take_tests(const Node& owner,
                const std::string& table,
                const std::string& column,
                Imported& out) {
  for (const char* name : {"tests", "data_tests"}) {
    const Node* tests = owner.find(name);
    if (tests == nullptr) continue;
    Importer importer(table, column, out);
    for (const Node& test : tests->items) importer.take(test);
  }
  Importer importer(table, column, out);
  if (const Node* constraints = owner.find("constraints")) {
    for (const Node& constraint : constraints->items) importer.take_constraint(constraint);
  }
  if (owner.find("freshness") != nullptr)
    importer.leave_out("freshness", "it is about the newest row");
}

void take_table(const Node& node, const std::string& schema, Imported& out) {
  std::string name = text_of_member(node, "identifier");
  if (name.empty()) name = text_of_member(node, "alias");
  const Node* config = node.find("config");
  if (name.empty() && config != nullptr) name = text_of_member(*config, "alias");
  const std::string table = schema + (name.empty() ? text_of_member(node, "name") : name);
  take_tests(node, table, "", out);
  const Node* columns = node.find("columns");
  if (columns == nullptr) return;
  for (const Node& column : columns->items)
    take_tests(column, table, text_of_member(column, "name"), out);
}

}  // namespace

bool is_dbt(const Node& root) {
  const auto is_list = [&](const char* name) {
    const Node* list = root.find(name);
    return list != nullptr && list->type == Node::Type::list;
  };
  return std::any_of(kLists.begin(), kLists.end(), is_list) || is_list("sources");
}

void import_dbt(const Node& root, Imported& out) {
  for (const char* name : kLists) {
    const Node* list = root.find(name);
    if (list == nullptr) continue;
    for (const Node& model : list->items) take_table(model, "", out);
  }
  const Node* sources = root.find("sources");
  if (sources == nullptr) return;
  for (const Node& source : sources->items) {
    std::string schema = text_of_member(source, "schema");
    if (schema.empty()) schema = text_of_member(source, "name");
    if (source.find("freshness") != nullptr)
      out.leave_out(schema + ": freshness", "it is about the newest row");
    const Node* tables = source.find("tables");
    if (tables == nullptr) continue;
    for (const Node& table : tables->items) take_table(table, schema + ".", out);
  }
}

}  // namespace cdckit::cdc_check
