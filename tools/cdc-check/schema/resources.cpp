#include "tools/cdc-check/schema/resources.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace cdckit::cdc_check {
namespace {

// Words whose value is no schema, whatever it looks like.
constexpr std::array<std::string_view, 5> kValues{
    "enum", "const", "default", "examples", "required"};
// Words whose members are schemas by name.
constexpr std::array<std::string_view, 4> kByName{
    "properties", "patternProperties", "$defs", "dependentSchemas"};

template <std::size_t Size>
bool is_one_of(std::string_view name, const std::array<std::string_view, Size>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Behind it stands `:`; 0: there is none.
std::size_t scheme_size(std::string_view uri) noexcept {
  const std::size_t colon = uri.find(':');
  if (colon == std::string_view::npos || colon == 0) return 0;
  const bool word =
      std::all_of(uri.begin(), uri.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '-' || c == '.';
      });
  return word ? colon : 0;
}

// Where the path begins: behind scheme and authority.
std::size_t path_begin(std::string_view uri) noexcept {
  std::size_t at = scheme_size(uri);
  if (at > 0) ++at;
  if (uri.substr(at, 2) == "//") at = std::min(uri.find('/', at + 2), uri.size());
  return at;
}

std::string without_dots(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/', 1), path.size());
    const std::string_view part = path.substr(0, end);
    path.remove_prefix(end);
    if (part == "/..") {
      out.resize(out.rfind('/') == std::string::npos ? 0 : out.rfind('/'));
    } else if (part != "/.") {
      out += part;
      continue;
    }
    if (path.empty()) out += '/';
  }
  return out;
}

}  // namespace

std::string resolve_uri(std::string_view base, std::string_view reference) {
  reference = reference.substr(0, reference.find('#'));
  if (reference.empty()) return std::string(base);
  if (scheme_size(reference) > 0) return std::string(reference);
  if (reference.starts_with("//"))
    return std::string(base.substr(0, scheme_size(base) + 1)) + std::string(reference);
  const std::size_t path = path_begin(base);
  const std::string root(base.substr(0, path));
  if (reference.starts_with('/')) return root + without_dots(reference);
  const std::string_view old = base.substr(path);
  const std::size_t last = old.rfind('/');
  std::string folder(last == std::string_view::npos ? "" : old.substr(0, last + 1));
  if (folder.empty() && path > scheme_size(base) + 1) folder = "/";
  return root + without_dots(folder + std::string(reference));
}

void Resources::note(const Node& root) {
  resources_.emplace("", &root);
  note_schema(root, "");
  root_base_ = base_of(root);
}

void Resources::note_schema(const Node& node, const std::string& base) {
  if (node.type == Node::Type::list) {
    for (const Node& item : node.items) note_schema(item, base);
  }
  if (node.type != Node::Type::map) return;
  std::string own = base;
  if (const Node* id = node.find("$id")) {
    if (id->type != Node::Type::text || (id->text.find('#') < id->text.size() - 1))
      refuse(id->place, "\"$id\" is a URI without a fragment");
    own = resolve_uri(base, id->text);
    resources_.insert_or_assign(own, &node);
  }
  bases_.emplace(&node, own);
  if (const Node* anchor = node.find("$anchor")) {
    if (anchor->type == Node::Type::text) anchors_[{own, anchor->text}] = &node;
  }
  for (const Node& item : node.items) {
    if (is_one_of(item.name, kValues)) continue;
    if (item.type == Node::Type::map && is_one_of(item.name, kByName)) {
      for (const Node& schema : item.items) note_schema(schema, own);
    } else {
      note_schema(item, own);
    }
  }
}

const std::string& Resources::base_of(const Node& schema) const {
  const auto found = bases_.find(&schema);
  return found == bases_.end() ? root_base_ : found->second;
}

const Node* Resources::find(const std::string& base, std::string_view reference) const {
  const auto found = resources_.find(resolve_uri(base, reference));
  return found == resources_.end() ? nullptr : found->second;
}

const Node* Resources::anchor(const Node& resource, const std::string& name) const {
  const auto found = anchors_.find({base_of(resource), name});
  return found == anchors_.end() ? nullptr : found->second;
}

}  // namespace cdckit::cdc_check
