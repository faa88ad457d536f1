#include "common/config/toml.hpp"

#include "common/base/error.hpp"
#include "common/io/file_descriptor.hpp"

#include <sstream>

#include <toml++/toml.h>

namespace cdckit::config {

namespace {

std::string value_text(const toml::node& node, const std::string& where) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  if (node.is_integer() || node.is_floating_point() || node.is_date() || node.is_time() ||
      node.is_date_time()) {
    std::ostringstream out;
    node.visit([&](const auto& value) {
      if constexpr (toml::is_value<decltype(value)>) out << value;
    });
    return out.str();
  }
  throw base::Error(base::ErrorKind::config,
                    "could not read " + where + ": the value must be text, a number or a boolean");
}

void collect(const toml::table& from,
             const std::string& name,
             const std::string& source,
             Document& into) {
  Table& table = into[name];
  for (const auto& [key, node] : from) {
    const std::string member(key.str());
    const std::string where =
        source + ":" + std::to_string(node.source().begin.line) + " \"" + member + "\"";
    if (const auto* nested = node.as_table()) {
      collect(*nested, name.empty() ? member : name + "." + member, source, into);
    } else if (const auto* array = node.as_array()) {
      for (const auto& element : *array) table[member].push_back(value_text(element, where));
    } else {
      table[member].push_back(value_text(node, where));
    }
  }
}

}  // namespace

Document parse_toml(std::string_view text, const std::string& source) {
  try {
    Document document;
    collect(toml::parse(text, source), "", source, document);
    return document;
  } catch (const toml::parse_error& error) {
    const auto& at = error.source().begin;
    throw base::Error(base::ErrorKind::config,
                      "could not read " + source + ":" + std::to_string(at.line) + ":" +
                          std::to_string(at.column) + ": " + std::string(error.description()));
  }
}

Document read_toml(const std::string& path) {
  return parse_toml(io::read_file(path), path);
}

}  // namespace cdckit::config
