#include "tools/cdc-check/import/odcs.hpp"

#include <array>

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
    if (properties == nullptr) return;
    for (const Node& property : properties->items)
      take(property, prefix + text_of_member(property, "name"));
  }

  void take_quality(const Node& owner, const std::string& column) {
    const Node* quality = owner.find("quality");
    if (quality == nullptr) return;
    for (const Node& item : quality->items) {
      std::string name = text_of_member(item, "rule");
      if (name.empty()) name = text_of_member(item, "metric");
      if (turn(item, name, column)) continue;
      if (name.empty()) name = text_of_member(item, "name");
      if (name.empty()) name = text_of_member(item, "type");
      out_.leave_out(place(column) + ": " + name, "no kind of rule does that");
    }
  }

 private:
  using Settings = std::vector<std::pair<std::string, std::string>>;

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
    if (is_true(property, "required") || is_true(property, "primaryKey")) add("not_null", column);
    if (is_true(property, "unique") || is_true(property, "primaryKey"))
      add("unique", column, {{"window", "100000"}});
    take_type(property, column);
    take_options(property, column);
    take_quality(property, column);
    if (text_of_member(property, "logicalType") == "object")
      take_properties(property, column + ".");
  }

  void take_type(const Node& property, const std::string& column) {
    const std::string type = text_of_member(property, "logicalType");
    for (const char* known : {"string", "number", "integer", "object", "array", "boolean"}) {
      if (type == known) add("type", column, {{"type", type}});
    }
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
    const bool none = text_of_member(item, "mustBe") == "0";
    if ((rule == "nullCheck" || rule == "nullValues" || rule == "missingValues") && none)
      return add("not_null", column);
    if (rule == "nullCheck" && item.find("mustBe") == nullptr) return add("not_null", column);
    if ((rule == "duplicateCount" || rule == "duplicateValues" || rule == "uniqueCheck") &&
        (none || item.find("mustBe") == nullptr))
      return add("unique", column, {{"window", "100000"}});
    if (rule != "validValues" && rule != "invalidValues") return false;
    const Node* values = item.find("validValues");
    const Node* arguments = item.find("arguments");
    if (values == nullptr && arguments != nullptr) values = arguments->find("validValues");
    return values != nullptr && add("enum", column, {{"values", flow_text(*values)}});
  }

  std::string table_;
  Imported& out_;
};

}  // namespace

bool is_odcs(const Node& root) {
  return text_of_member(root, "kind") == "DataContract" ||
         (root.find("apiVersion") != nullptr && root.find("schema") != nullptr);
}

void import_odcs(const Node& root, Imported& out) {
  const Node* schema = root.find("schema");
  if (schema == nullptr) return;
  for (const Node& table : schema->items) {
    std::string name = text_of_member(table, "physicalName");
    if (name.empty()) name = text_of_member(table, "name");
    Importer importer(name, out);
    importer.take_properties(table, "");
    importer.take_quality(table, "");
  }
}

}  // namespace cdckit::cdc_check
