#include "tools/cdc-check/import/soda.hpp"

#include "common/base/text.hpp"
#include "tools/cdc-check/values/arithmetic.hpp"

#include <optional>

namespace cdckit::cdc_check {
namespace {

constexpr std::string_view kHead = "checks for ";

// invalid_percent(status) < 5 %
struct Check {
  std::string metric;
  std::string column;
  std::string sign;
  std::string bound;
  bool warns = false;
};

std::optional<Check> parse_check(std::string_view text) {
  const std::size_t open = text.find('(');
  const std::size_t close = text.find(')', open);
  if (open == std::string_view::npos || close == std::string_view::npos) return std::nullopt;
  Check check{.metric = std::string(base::trim(text.substr(0, open))),
              .column = std::string(base::trim(text.substr(open + 1, close - open - 1))),
              .sign = {},
              .bound = {}};
  const std::string_view rest = base::trim(text.substr(close + 1));
  const std::size_t end = std::min(rest.find_first_not_of("<>=!"), rest.size());
  check.sign = rest.substr(0, end);
  std::string_view bound = base::trim(rest.substr(end));
  if (bound.ends_with('%')) bound = base::trim(bound.substr(0, bound.size() - 1));
  check.bound = bound;
  if (check.column.find(',') != std::string::npos) {
    check.column = "";  // several: only duplicate_count has them
    std::string list;
    for (const std::string& name : base::split(text.substr(open + 1, close - open - 1), ','))
      list += (list.empty() ? "" : ", ") + yaml_scalar(base::trim(name));
    check.metric += " of several";
    check.column = "[" + list + "]";
  }
  return check;
}

bool is_none(const Check& check) {
  return check.sign == "=" && check.bound == "0";
}

class Importer {
 public:
  Importer(std::string table, Imported& out) : table_(std::move(table)), out_(out) {}

  void take(const Node& node) {
    const std::string text =
        node.type == Node::Type::map && !node.items.empty() ? node.items.front().name : node.text;
    const Node* settings = node.type == Node::Type::map && !node.items.empty() &&
                                   node.items.front().type == Node::Type::map
                               ? &node.items.front()
                               : nullptr;
    auto check = parse_check(text);
    if (check && settings != nullptr) take_alert(*check, *settings);
    if (table_.find('[') != std::string::npos) {  // a filter of its own
      out_.leave_out(table_ + ": " + text, "it looks at some rows only");
    } else if (settings != nullptr && settings->find("filter") != nullptr) {
      out_.leave_out(table_ + ": " + text, "it looks at some rows only");
    } else if (!check || !turn(*check, settings)) {
      out_.leave_out(table_ + ": " + text, "no kind of rule does that");
    }
  }

 private:
  using Settings = std::vector<std::pair<std::string, std::string>>;

  // `fail: when > 0` stands for `= 0`.
  static void take_alert(Check& check, const Node& settings) {
    const std::string fail = text_of_member(settings, "fail");
    const std::string warn = text_of_member(settings, "warn");
    if (!check.sign.empty() || (fail.empty() ? warn : fail) != "when > 0") return;
    check.sign = "=";
    check.bound = "0";
    check.warns = fail.empty();
  }

  // What a check says beside what its rule does.
  void list_others(const Check& check, const Node* settings, std::string_view known) {
    if (settings == nullptr) return;
    constexpr std::string_view kMeaningless = "|name|fail|warn|attributes|identity|samples limit|";
    for (const Node& item : settings->items) {
      const std::string word = "|" + item.name + "|";
      if (kMeaningless.find(word) == std::string_view::npos && known.find(word) == known.npos)
        out_.leave_out(table_ + "." + check.column + ": " + item.name, "no kind of rule does that");
    }
  }

  bool add(const Check& check, const char* kind, Settings settings = {}) {
    // less than N percent: counted, and too many stop the run
    const bool allows_some = check.metric.find("_percent") != std::string::npos && !is_none(check);
    if (allows_some) {
      const auto percent = parse_decimal(check.bound);
      if (!percent || check.sign.empty() || check.sign.front() != '<') return false;
      const auto ratio = divide(*percent, decimal_of(100));
      settings.emplace_back("max_bad_ratio", to_text(*ratio));
      if (kind != std::string("unique")) settings.emplace_back("window", "1000");
    }
    const bool several = check.column.starts_with('[');
    if (several) settings.emplace_back("columns", check.column);
    out_.add({.name = "",
              .kind = kind,
              .table = table_,
              .column = several ? "" : check.column,
              .warns = allows_some || check.warns,
              .settings = std::move(settings)});
    return true;
  }

  bool turn(const Check& check, const Node* settings) {
    const std::string& metric = check.metric;
    const bool percent = metric.ends_with("_percent");
    if ((metric == "missing_count" && is_none(check)) || metric == "missing_percent") {
      if (!add(check, "not_null")) return false;
      list_others(check, settings, "");
      return true;
    }
    if (metric.starts_with("duplicate_count") && is_none(check))
      return add(check, "unique", {{"window", "100000"}});
    if ((metric == "min_length" && check.sign == ">=") ||
        (metric == "max_length" && check.sign == "<="))
      return add(check, "length", {{metric.substr(0, 3), check.bound}});
    if (metric == "freshness" && check.sign.starts_with('<') &&
        base::parse_duration(check.bound).has_value())
      return add(check, "freshness", {{"max_age", check.bound}});
    if ((metric == "min" || metric == "max") && parse_decimal(check.bound)) {
      const bool least = metric == "min" && check.sign == ">=";
      const bool most = metric == "max" && check.sign == "<=";
      return (least || most) && add(check, "range", {{metric, check.bound}});
    }
    if ((metric == "invalid_count" && is_none(check)) || (percent && metric == "invalid_percent"))
      return settings != nullptr && turn_valid(check, *settings);
    return false;
  }

  bool turn_valid(const Check& check, const Node& settings) {
    Settings range;
    Settings length;
    bool any = false;
    for (const Node& item : settings.items) {
      if (item.name == "valid values") any = add(check, "enum", {{"values", flow_text(item)}});
      if (item.name == "valid regex") any = add(check, "regex", {{"pattern", flow_text(item)}});
      if (item.name == "valid min") range.emplace_back("min", flow_text(item));
      if (item.name == "valid max") range.emplace_back("max", flow_text(item));
      if (item.name == "valid min length") length.emplace_back("min", flow_text(item));
      if (item.name == "valid max length") length.emplace_back("max", flow_text(item));
      if (item.name == "valid length") {
        length.emplace_back("min", flow_text(item));
        length.emplace_back("max", flow_text(item));
      }
      if (item.name == "valid format")
        out_.leave_out(table_ + "." + check.column + ": valid format " + item.text,
                       "write its pattern");
    }
    if (!range.empty()) any = add(check, "range", range);
    if (!length.empty()) any = add(check, "length", length);
    const bool turned = any || settings.find("valid format") != nullptr;
    if (turned)
      list_others(check,
                  &settings,
                  "|valid values|valid regex|valid min|valid max|valid min length|valid max length|"
                  "valid length|valid format|");
    return turned;
  }

  std::string table_;
  Imported& out_;
};

}  // namespace

bool is_soda(const Node& root) {
  for (const Node& item : root.items) {
    if (item.name.starts_with(kHead)) return true;
  }
  return false;
}

void import_soda(const Node& root, Imported& out) {
  for (const Node& item : root.items) {
    if (!item.name.starts_with(kHead)) {
      out.leave_out(item.name, "no kind of rule does that");
      continue;
    }
    const std::string table(base::trim(std::string_view(item.name).substr(kHead.size())));
    Importer importer(table, out);
    for (const Node& check : item.items) importer.take(check);
  }
}

}  // namespace cdckit::cdc_check
