#include "common/avro/difference.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace cdckit::avro {
namespace {

std::string describe(const Schema& schema, NodeIndex index, int depth = 0) {
  const Node& node = schema.node(index);
  if (!node.full_name.empty()) return node.full_name;
  if (node.type == Type::one_of && depth < 3) {
    std::string out = "[";
    for (const NodeIndex branch : node.inner)
      out += (out.size() > 1 ? ", " : "") + describe(schema, branch, depth + 1);
    return out + "]";
  }
  std::string out(to_text(node.type));
  if (node.type == Type::array || node.type == Type::map)
    out += depth < 3 ? " of " + describe(schema, node.inner.front(), depth + 1) : "";
  if (node.logical == Logical::decimal)
    out += "(" + std::to_string(node.precision) + "," + std::to_string(node.scale) + ")";
  return out;
}

const Field* find(const Node& record, const std::string& name) {
  const auto found = std::ranges::find(record.fields, name, &Field::name);
  return found == record.fields.end() ? nullptr : &*found;
}

class Comparison {
 public:
  Comparison(const Schema& before, const Schema& after) : before_(before), after_(after) {}

  void compare(NodeIndex left, NodeIndex right, const std::string& path) {
    if (!seen_.insert({left, right}).second) return;
    const Node& old_node = before_.node(left);
    const Node& new_node = after_.node(right);
    if (old_node.type != new_node.type || old_node.full_name != new_node.full_name ||
        old_node.inner.size() != new_node.inner.size() || old_node.size != new_node.size ||
        old_node.precision != new_node.precision || old_node.scale != new_node.scale) {
      add(path, describe(before_, left) + " became " + describe(after_, right));
      return;
    }
    if (old_node.symbols != new_node.symbols) add(path, "has other symbols");
    for (std::size_t i = 0; i < old_node.inner.size(); ++i)
      compare(old_node.inner[i], new_node.inner[i], path);
    compare_fields(old_node, new_node, path);
  }

  std::vector<std::string> take() && { return std::move(out_); }

 private:
  void compare_fields(const Node& old_node, const Node& new_node, const std::string& path) {
    for (const Field& field : new_node.fields) {
      const std::string name = path.empty() ? field.name : path + "." + field.name;
      const Field* old_field = find(old_node, field.name);
      if (old_field == nullptr) {
        const char* how = field.default_json ? "added" : "added, without a default";
        add(name, std::string(how) + ": " + describe(after_, field.type));
        continue;
      }
      compare(old_field->type, field.type, name);
      if (old_field->default_json != field.default_json)
        add(name,
            "default " + old_field->default_json.value_or("none") + " became " +
                field.default_json.value_or("none"));
    }
    for (const Field& field : old_node.fields) {
      if (find(new_node, field.name) == nullptr)
        add(path.empty() ? field.name : path + "." + field.name, "removed");
    }
  }

  void add(const std::string& path, const std::string& what) {
    if (out_.size() < kMostDifferences)
      out_.push_back((path.empty() ? "the schema" : "\"" + path + "\"") + ": " + what);
    else if (out_.size() == kMostDifferences)
      out_.emplace_back("and more");
  }

  const Schema& before_;
  const Schema& after_;
  std::set<std::pair<NodeIndex, NodeIndex>> seen_;
  std::vector<std::string> out_;
};

}  // namespace

std::vector<std::string> difference(const Schema& before, const Schema& after) {
  Comparison comparison(before, after);
  comparison.compare(before.root(), after.root(), {});
  return std::move(comparison).take();
}

}  // namespace cdckit::avro
