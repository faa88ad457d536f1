#include "tools/cdc-check/import/odcs.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace cdckit::cdc_check {
namespace {

bool is_true(const Node& node, const char* name) {
  return text_of_member(node, name) == "true";
}

class Importer {
 public:
  Importer(std::string table, Imported& out) : table_(std::move(table)), out_(out) {}

  void take_properties(const Node& owner, const std::string& prefix) {
    const Node* properties = owner.find("properties");
    if (properties == nullptr) properties = owner.find("columns");
    if (properties == nullptr) return;
    for (const Node& property : properties->items) take(property, prefix + name_of(property));
  }

  // The columns of a primary key are unique together.
  void take_key() {
    if (key_.empty()) return;
    if (key_.size() == 1) {
      add("unique", key_.front(), {{"window", "100000"}});
      return;
    }
    std::string list;
    for (const std::string& column : key_)
      list += (list.empty() ? "[" : ", ") + yaml_scalar(column);
    add("unique", "", {{"columns", list + "]"}, {"window", "100000"}});
  }

  void take_quality(const Node& owner, const std::string& column) {
    const Node* quality = owner.find("quality");
    if (quality == nullptr) return;
    for (const Node& item : quality->items) {
      std::string name = text_of_member(item, "rule");
      if (name.empty()) name = text_of_member(item, "metric");
      if (!tolerates(item) && turn(item, name, column)) continue;
      if (name.empty()) name = text_of_member(item, "name");
      for (const char* other : {"code", "templateName", "type"}) {
        if (name.empty()) name = text_of_member(item, other);
      }
      out_.leave_out(place(column) + ": " + name,
                     tolerates(item) ? "it allows some bad rows" : "no kind of rule does that");
    }
  }

 private:
  using Settings = std::vector<std::pair<std::string, std::string>>;

  // What the table calls it.
  static std::string name_of(const Node& property) {
    for (const char* name : {"physicalName", "name", "column"}) {
      const std::string text = text_of_member(property, name);
      if (!text.empty()) return text;
    }
    return "";
  }

  // mustBeLessThan: 5
  static bool tolerates(const Node& item) {
    return std::any_of(item.items.begin(), item.items.end(), [](const Node& member) {
      return (member.name.starts_with("mustBe") || member.name.starts_with("mustNotBe")) &&
             (member.name != "mustBe" || member.text != "0");
    });
  }

  [[nodiscard]] std::string place(const std::string& column) const {
    return table_ + (column.empty() ? "" : "." + column);
  }

  bool add(const char* kind, const std::string& column, Settings settings = {}) {
    out_.add({.name = "",
              .kind = kind,
              .table = table_,
              .column = column,
              .warns = false,
              .settings = std::move(settings)});
    return true;
  }

  void take(const Node& property, const std::string& column) {
    const bool of_key = is_true(property, "primaryKey") || is_true(property, "isPrimaryKey");
    if (is_true(property, "required") || text_of_member(property, "isNullable") == "false" ||
        of_key)
      add("not_null", column);
    if (is_true(property, "unique") || is_true(property, "isUnique"))
      add("unique", column, {{"window", "100000"}});
    if (of_key) key_.push_back(column);
    take_type(property, column);
    take_options(property, column);
    take_quality(property, column);
    if (text_of_member(property, "logicalType") == "object")
      take_properties(property, column + ".");
    if (property.find("items") != nullptr)
      out_.leave_out(place(column) + ": items", "no kind of rule does that");
  }

  void take_type(const Node& property, const std::string& column) {
    const std::string type = text_of_member(property, "logicalType");
    for (const char* known : {"string", "number", "integer", "object", "array", "boolean"}) {
      if (type == known) {
        add("type", column, {{"type", type}});
        return;
      }
    }
    if (!type.empty())
      out_.leave_out(place(column) + ": logicalType " + type, "no kind of rule does that");
  }

  void take_options(const Node& property, const std::string& column) {
    const Node* options = property.find("logicalTypeOptions");
    if (options == nullptr) return;
    Settings range;
    Settings length;
    for (const Node& option : options->items) {
      if (option.name == "minimum") {
        range.emplace_back("min", flow_text(option));
      } else if (option.name == "maximum") {
        range.emplace_back("max", flow_text(option));
      } else if (option.name == "minLength") {
        length.emplace_back("min", flow_text(option));
      } else if (option.name == "maxLength") {
        length.emplace_back("max", flow_text(option));
      } else if (option.name == "pattern") {
        add("regex", column, {{"pattern", flow_text(option)}});
      } else {
        out_.leave_out(place(column) + ": " + option.name, "no kind of rule does that");
      }
    }
    if (!range.empty()) add("range", column, range);
    if (!length.empty()) add("length", column, length);
  }

  bool turn(const Node& item, const std::string& rule, const std::string& column) {
    if (column.empty()) return false;
    if (rule == "nullCheck" || rule == "nullValues" || rule == "missingValues") {
      if (const Node* values = argument(item, "missingValues")) list_missing(*values, column);
      return add("not_null", column);
    }
    if (rule == "duplicateCount" || rule == "duplicateValues" || rule == "uniqueCheck")
      return add("unique", column, {{"window", "100000"}});
    if (rule != "validValues" && rule != "invalidValues") return false;
    const Node* values = argument(item, "validValues");
    const Node* pattern = argument(item, "pattern");
    if (values != nullptr) add("enum", column, {{"values", flow_text(*values)}});
    if (pattern != nullptr) add("regex", column, {{"pattern", flow_text(*pattern)}});
    return values != nullptr || pattern != nullptr;
  }

  // Beside the rule in older contracts.
  static const Node* argument(const Node& item, const char* name) {
    const Node* arguments = item.find("arguments");
    const Node* found = arguments != nullptr ? arguments->find(name) : nullptr;
    return found != nullptr ? found : item.find(name);
  }

  void list_missing(const Node& values, const std::string& column) {
    for (const Node& value : values.items) {
      if (value.type != Node::Type::null)
        out_.leave_out(place(column) + ": missing value " + flow_text(value),
                       "not_null knows null alone");
    }
  }

  std::string table_;
  std::vector<std::string> key_;
  Imported& out_;
};

// `properties` of version 3, `columns` of version 2.
void take_table(const Node& table, Imported& out) {
  std::string name = text_of_member(table, "physicalName");
  if (name.empty()) name = text_of_member(table, "name");
  if (name.empty()) name = text_of_member(table, "table");
  Importer importer(name, out);
  importer.take_properties(table, "");
  importer.take_key();
  importer.take_quality(table, "");
}

}  // namespace

bool is_odcs(const Node& root) {
  return text_of_member(root, "kind") == "DataContract" ||
         (root.find("apiVersion") != nullptr && root.find("schema") != nullptr);
}

void import_odcs(const Node& root, Imported& out) {
  for (const char* name : {"schema", "dataset"}) {
    const Node* tables = root.find(name);
    if (tables == nullptr) continue;
    for (const Node& table : tables->items) take_table(table, out);
  }
  const Node* promises = root.find("slaProperties");
  if (promises == nullptr) return;
  for (const Node& promise : promises->items)
    out.leave_out("slaProperties: " + text_of_member(promise, "property"),
                  "no kind of rule does that");
}

}  // namespace cdckit::cdc_check
