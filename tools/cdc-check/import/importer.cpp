#include "tools/cdc-check/import/importer.hpp"

#include "common/base/error.hpp"
#include "tools/cdc-check/import/dbt.hpp"
#include "tools/cdc-check/import/odcs.hpp"
#include "tools/cdc-check/import/soda.hpp"
#include "tools/cdc-check/program/code.hpp"
#include "tools/cdc-check/rules/rule_file.hpp"
#include "tools/cdc-check/rules/yaml.hpp"

#include <algorithm>

namespace cdckit::cdc_check {
namespace {

// {{ var('x') }}
bool holds_template(const ImportedRule& rule) {
  return std::any_of(rule.settings.begin(), rule.settings.end(), [](const auto& setting) {
    const std::size_t open = setting.second.find("{{");
    return open != std::string::npos && setting.second.find("}}", open) != std::string::npos;
  });
}

// A pattern that RE2 does not know, an expression in another language: named, not written.
Imported only_good(Imported all) {
  Imported out;
  for (const ImportedRule& rule : all.rules()) {
    if (holds_template(rule)) {
      out.leave_out(rule.name, "it holds a template");
      continue;
    }
    Imported alone;
    alone.add(rule);
    try {
      compile(parse_rules(alone.text(), "rule"), "rule");
      out.add(rule);
    } catch (const base::Error& error) {
      const std::string what = error.what();
      const std::size_t why = what.find("\": ");
      out.leave_out(rule.name, why == std::string::npos ? what : what.substr(why + 3));
    }
  }
  for (const auto& [what, why] : all.left_out()) out.leave_out(what, why);
  return out;
}

}  // namespace

Imported import_rules(std::string_view text, const std::string& file) {
  const Node root = parse_yaml(text, file);
  Imported all;
  if (is_odcs(root)) {
    import_odcs(root, all);
  } else if (is_dbt(root)) {
    import_dbt(root, all);
  } else if (is_soda(root)) {
    import_soda(root, all);
  } else {
    throw base::Error(
        base::ErrorKind::config,
        "could not import \"" + file +
            "\": it is no schema.yml of dbt, no checks of Soda, no data contract (ODCS)");
  }
  return only_good(std::move(all));
}

}  // namespace cdckit::cdc_check
