#include "tools/cdc-check/schema/compiler.hpp"

#include "common/ndjson/text.hpp"
#include "tools/cdc-check/schema/resources.hpp"
#include "tools/cdc-check/schema/words.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace cdckit::cdc_check {
namespace {

constexpr const char* kDialect = "https://json-schema.org/draft/2020-12/schema";

template <class Part>
Part& made(std::unique_ptr<Part>& part) {
  if (!part) part = std::make_unique<Part>();
  return *part;
}

class Compiler {
 public:
  explicit Compiler(const Node& root) : root_(root) {}

  std::vector<SchemaNode> compile() {
    resources_.note(root_);
    add(root_, "#");
    // references are followed as they are met; what was only defined is checked too
    // NOLINTNEXTLINE(modernize-loop-convert): the list grows meanwhile
    for (std::size_t i = 0; i < pending_.size(); ++i) {
      const auto [node, location] = pending_[i];
      add(*node, location);
    }
    for (SchemaId id = 0; id < static_cast<SchemaId>(nodes_.size()); ++id) {
      std::set<SchemaId> path;
      refuse_loops(id, path);
    }
    return std::move(nodes_);
  }

 private:
  // The number of the schema, compiled once.
  SchemaId add(const Node& schema, const std::string& location) {
    const auto known = ids_.find(&schema);
    if (known != ids_.end()) return known->second;
    const auto id = static_cast<SchemaId>(nodes_.size());
    ids_.emplace(&schema, id);
    places_.push_back(schema.place);
    nodes_.emplace_back().location = location;
    const std::string* outer = base_;
    base_ = &resources_.base_of(schema);
    SchemaNode node = compile_node(schema, location);
    base_ = outer;
    node.location = location;
    nodes_[static_cast<std::size_t>(id)] = std::move(node);
    return id;
  }

  SchemaNode compile_node(const Node& schema, const std::string& location) {
    SchemaNode node;
    if (schema.type == Node::Type::boolean) {
      node.never = schema.text == "false";
      return node;
    }
    if (schema.type != Node::Type::map)
      refuse(schema.place,
             std::string("a schema is a mapping, true or false, not ") + schema.type_name());
    for (const Node& word : schema.items) {
      const std::string here = location + "/" + word.name;
      if (!take_core(node, word, here) && !take_value_word(node, word) &&
          !take_items_word(node, word, here) && !take_members_word(node, word, here) &&
          !take_logic(node, word, here))
        refuse_schema_word(word);
    }
    finish_required(node, schema);
    finish(node);
    return node;
  }

  // What follows from the words together, so that no value asks for it again.
  static void finish(SchemaNode& node) {
    node.has_logic = node.reference != kNoSchema || !node.all_of.empty() || !node.any_of.empty() ||
                     !node.one_of.empty() || node.inverted != kNoSchema ||
                     node.condition != kNoSchema;
    if (!node.numbers) return;
    SchemaNumbers& numbers = *node.numbers;
    numbers.more = numbers.above || numbers.below || numbers.multiple_of;
    numbers.range = SmallRange(numbers.minimum ? &*numbers.minimum : nullptr,
                               numbers.maximum ? &*numbers.maximum : nullptr);
  }

  bool take_core(SchemaNode& node, const Node& word, const std::string& here) {
    for (const char* name : {"$comment",
                             "title",
                             "description",
                             "default",
                             "examples",
                             "deprecated",
                             "readOnly",
                             "writeOnly",
                             "$anchor",
                             "$id",
                             "contentEncoding",
                             "contentMediaType",
                             "contentSchema",
                             "format"}) {
      if (word.name == name) return true;
    }
    if (word.name == "$schema") {
      std::string dialect = word.text;
      if (dialect.ends_with('#')) dialect.pop_back();
      if (dialect != kDialect)
        refuse(word.place, "the dialect \"" + word.text + "\" is not draft 2020-12");
      return true;
    }
    if (word.name == "$defs") {
      if (word.type != Node::Type::map) refuse(word.place, "\"$defs\" is a mapping");
      for (const Node& item : word.items) pending_.emplace_back(&item, here + "/" + item.name);
      return true;
    }
    if (word.name != "$ref") return false;
    node.reference = follow(word);
    return true;
  }

  SchemaId follow(const Node& reference) {
    const std::string& text = reference.text;
    const Node* resource = resources_.find(*base_, text);
    if (resource == nullptr)
      refuse(reference.place, "the reference \"" + text + "\" leads out of the schema");
    const std::string fragment = text.substr(std::min(text.find('#'), text.size()));
    const Node* target = resource;
    if (fragment.starts_with("#/")) {
      for (const std::string& part : pointer_parts(fragment)) {
        if (target != nullptr) target = step(*target, part);
      }
    } else if (fragment.size() > 1) {
      target = resources_.anchor(*resource, fragment.substr(1));
    }
    if (target == nullptr) refuse(reference.place, "the reference \"" + text + "\" leads nowhere");
    return add(*target, text);
  }

  static const Node* step(const Node& from, const std::string& part) {
    if (from.type == Node::Type::map) return from.find(part);
    const auto number = parse_decimal(part);
    const auto index = number ? whole_part(*number).value_or(-1) : -1;
    if (from.type != Node::Type::list || index < 0 ||
        static_cast<std::size_t>(index) >= from.items.size())
      return nullptr;
    return &from.items[static_cast<std::size_t>(index)];
  }

  static bool take_value_word(SchemaNode& node, const Node& word) {
    if (word.name == "type") {
      node.types &= schema_types(word);
    } else if (word.name == "enum") {
      if (word.type != Node::Type::list) refuse(word.place, "\"enum\" is a list");
      std::vector<std::string> values;
      for (const Node& item : word.items) values.push_back(canonical_of(item));
      if (!node.values) spell(node, word.items);
      take_values(node, std::move(values), "enum");
    } else if (word.name == "const") {
      if (!node.values) spell(node, {word});
      take_values(node, {canonical_of(word)}, "const");
    } else if (word.name == "minimum") {
      made(node.numbers).minimum = schema_number(word);
    } else if (word.name == "maximum") {
      made(node.numbers).maximum = schema_number(word);
    } else if (word.name == "exclusiveMinimum") {
      made(node.numbers).above = schema_number(word);
    } else if (word.name == "exclusiveMaximum") {
      made(node.numbers).below = schema_number(word);
    } else if (word.name == "multipleOf") {
      const Decimal step = schema_number(word);
      if (step.is_zero() || step.negative) refuse(word.place, "\"multipleOf\" is above 0");
      made(node.numbers).multiple_of = step;
    } else if (word.name == "minLength") {
      made(node.texts).least = schema_count(word);
    } else if (word.name == "maxLength") {
      made(node.texts).most = schema_count(word);
    } else if (word.name == "pattern") {
      made(node.texts).pattern = schema_pattern(word.text, word.place);
    } else {
      return false;
    }
    return true;
  }

  static void spell(SchemaNode& node, const std::vector<Node>& values) {
    constexpr std::size_t kFew = 16;
    for (const Node& value : values) {
      if (node.spelled.size() < kFew) append_json(node.spelled.emplace_back(), value);
    }
  }

  // Of enum and const together what both have.
  static void take_values(SchemaNode& node, std::vector<std::string> values, const char* word) {
    std::sort(values.begin(), values.end());
    if (node.values) {
      node.spelled.clear();
      std::vector<std::string> both;
      std::set_intersection(values.begin(),
                            values.end(),
                            node.values->begin(),
                            node.values->end(),
                            std::back_inserter(both));
      values = std::move(both);
    }
    node.values = std::move(values);
    node.values_word = word;
  }

  bool take_items_word(SchemaNode& node, const Node& word, const std::string& here) {
    const auto items = [&]() -> SchemaItems& { return made(node.items); };
    if (word.name == "minItems") {
      items().least = schema_count(word);
    } else if (word.name == "maxItems") {
      items().most = schema_count(word);
    } else if (word.name == "uniqueItems") {
      items().unique = word.text == "true";
    } else if (word.name == "prefixItems") {
      items().prefix = add_list(word, here);
    } else if (word.name == "items") {
      items().rest = add(word, here);
    } else if (word.name == "contains") {
      items().contains = add(word, here);
    } else if (word.name == "minContains") {
      items().least_found = schema_count(word);
    } else if (word.name == "maxContains") {
      items().most_found = schema_count(word);
    } else if (word.name == "unevaluatedItems") {
      items().unevaluated = add(word, here);
    } else {
      return false;
    }
    return true;
  }

  bool take_members_word(SchemaNode& node, const Node& word, const std::string& here) {
    const auto members = [&]() -> SchemaMembers& { return made(node.members); };
    if (word.name == "minProperties") {
      members().least = schema_count(word);
    } else if (word.name == "maxProperties") {
      members().most = schema_count(word);
    } else if (word.name == "additionalProperties") {
      members().other = add(word, here);
    } else if (word.name == "propertyNames") {
      members().names = add(word, here);
    } else if (word.name == "unevaluatedProperties") {
      members().unevaluated = add(word, here);
    } else if (word.name == "properties") {
      require_map(word);
      for (const Node& item : word.items)
        named(members(), item.name).schema = add(item, here + "/" + item.name);
    } else if (word.name == "patternProperties") {
      require_map(word);
      for (const Node& item : word.items)
        members().by_pattern.emplace_back(schema_pattern(item.name, item.name_place),
                                          add(item, here + "/" + item.name));
    } else if (word.name == "dependentSchemas") {
      require_map(word);
      for (const Node& item : word.items)
        members().dependent_schemas.emplace_back(item.name, add(item, here + "/" + item.name));
    } else if (word.name == "dependentRequired") {
      require_map(word);
      for (const Node& item : word.items)
        members().dependent_required.emplace_back(item.name, schema_names(item));
    } else {
      return word.name == "required";
    }
    return true;
  }

  static void require_map(const Node& word) {
    if (word.type != Node::Type::map) refuse(word.place, "\"" + word.name + "\" is a mapping");
  }

  static SchemaMember& named(SchemaMembers& members, const std::string& name) {
    for (SchemaMember& member : members.named) {
      if (member.name == name) return member;
    }
    SchemaMember& member = members.named.emplace_back();
    member.name = name;
    ndjson::append_escaped(member.written, name);
    return member;
  }

  static void finish_required(SchemaNode& node, const Node& schema) {
    const Node* required = schema.find("required");
    if (required == nullptr) return;
    for (const std::string& name : schema_names(*required)) {
      SchemaMember& member = named(made(node.members), name);
      if (!member.required) ++node.members->required;
      member.required = true;
    }
  }

  bool take_logic(SchemaNode& node, const Node& word, const std::string& here) {
    if (word.name == "allOf") {
      node.all_of = add_list(word, here);
    } else if (word.name == "anyOf") {
      node.any_of = add_list(word, here);
    } else if (word.name == "oneOf") {
      node.one_of = add_list(word, here);
    } else if (word.name == "not") {
      node.inverted = add(word, here);
    } else if (word.name == "if") {
      node.condition = add(word, here);
    } else if (word.name == "then") {
      node.then = add(word, here);
    } else if (word.name == "else") {
      node.otherwise = add(word, here);
    } else {
      return false;
    }
    return true;
  }

  std::vector<SchemaId> add_list(const Node& word, const std::string& here) {
    if (word.type != Node::Type::list || word.items.empty())
      refuse(word.place, "\"" + word.name + "\" is a list of schemas");
    std::vector<SchemaId> ids;
    for (const Node& item : word.items)
      ids.push_back(add(item, here + "/" + std::to_string(ids.size())));
    return ids;
  }

  // A schema that asks itself about the same value never ends.
  void refuse_loops(SchemaId id, std::set<SchemaId>& path) {
    if (id == kNoSchema || settled_.contains(id)) return;
    if (!path.insert(id).second)
      refuse(places_[static_cast<std::size_t>(id)], "the schema refers to itself without end");
    const SchemaNode& node = nodes_[static_cast<std::size_t>(id)];
    for (const SchemaId next :
         {node.reference, node.inverted, node.condition, node.then, node.otherwise})
      refuse_loops(next, path);
    for (const auto* list : {&node.all_of, &node.any_of, &node.one_of}) {
      for (const SchemaId next : *list) refuse_loops(next, path);
    }
    if (node.members) {
      for (const auto& [name, next] : node.members->dependent_schemas) refuse_loops(next, path);
    }
    path.erase(id);
    settled_.insert(id);
  }

  const Node& root_;
  std::vector<SchemaNode> nodes_;
  std::vector<Place> places_;
  std::map<const Node*, SchemaId> ids_;
  Resources resources_;
  const std::string* base_ = nullptr;  // of the schema that is being compiled
  std::vector<std::pair<const Node*, std::string>> pending_;
  std::set<SchemaId> settled_;
};

}  // namespace

std::vector<SchemaNode> compile_schema(const Node& schema) {
  return Compiler(schema).compile();
}

}  // namespace cdckit::cdc_check
