#include "tools/cdc-check/schema/schema.hpp"

#include "common/ndjson/text.hpp"
#include "tools/cdc-check/schema/compiler.hpp"
#include "tools/cdc-check/values/arithmetic.hpp"
#include "tools/cdc-check/values/bytes.hpp"
#include "tools/cdc-check/values/text.hpp"

#include <algorithm>

namespace cdckit::cdc_check {
namespace {

// `types`: what the schema allows; an integer is told from a number only where that matters.
bool is_of_type(unsigned types, std::string_view token) noexcept {
  switch (kind_of(token)) {
    case Kind::null:
      return (types & kNullType) != 0;
    case Kind::boolean:
      return (types & kBooleanType) != 0;
    case Kind::string:
      return (types & kStringType) != 0;
    case Kind::array:
      return (types & kArrayType) != 0;
    case Kind::object:
      return (types & kObjectType) != 0;
    case Kind::number:
      break;
  }
  if ((types & kNumberType) != 0) return true;  // then an integer is one too
  if ((types & kIntegerType) == 0) return false;
  if (is_whole(token)) return true;
  const auto number = parse_decimal(token);
  return number && number->is_integer();
}

std::size_t count_elements(std::string_view token) noexcept {
  ndjson::ArrayCursor cursor(token);
  std::string_view element;
  std::size_t count = 0;
  while (cursor.next(element)) ++count;
  return count;
}

std::size_t count_members(std::string_view token) noexcept {
  ndjson::ObjectCursor cursor(token);
  ndjson::Member member;
  std::size_t count = 0;
  while (cursor.next(member)) ++count;
  return count;
}

std::string_view quoted(const ndjson::Member& member) noexcept {
  return {member.name.data() - 1, member.name.size() + 2};
}

// The value of a member by its unescaped name; empty: not there.
std::string_view find(std::string_view object, const std::string& name, std::string& scratch) {
  ndjson::ObjectCursor cursor(object);
  ndjson::Member member;
  while (cursor.next(member)) {
    if (ndjson::unescape(quoted(member), scratch) == name) return member.value;
  }
  return {};
}

bool is_spelled(const SchemaNode& node, std::string_view token) noexcept {
  return std::any_of(node.spelled.begin(), node.spelled.end(), [&](const std::string& spelled) {
    return same_bytes(spelled, token);
  });
}

bool needs_marks(const SchemaNode& node) noexcept {
  return (node.items && node.items->unevaluated != kNoSchema) ||
         (node.members && node.members->unevaluated != kNoSchema);
}

}  // namespace

Schema::Schema(const Node& schema) : nodes_(compile_schema(schema)) {}

bool Schema::holds(const ndjson::Object& row,
                   std::string_view unchanged,
                   const event::Unavailable* unavailable) {
  root_ = row;
  unchanged_ = unchanged;
  unavailable_ = unavailable;
  if (check(0, row.text, nullptr)) return true;
  broken_.assign(failed_->location);
  if (*word_ != '\0') broken_ += '/';
  broken_ += word_;
  return false;
}

bool Schema::is_unchanged(std::string_view object, const std::string& name) {
  if (unchanged_.empty() || object.data() != root_.text.data()) return false;
  ndjson::ArrayCursor cursor(unchanged_);
  std::string_view element;
  while (cursor.next(element)) {
    if (element.starts_with('"') && ndjson::unescape(element, name_) == name) return true;
  }
  return false;
}

bool Schema::check_required(const SchemaNode& node, std::string_view token) {
  for (const SchemaMember& member : node.members->named) {
    if (member.required && find(token, member.name, name_).empty() &&
        !is_unchanged(token, member.name))
      return fail(node, "required");
  }
  return true;
}

bool Schema::fail(const SchemaNode& node, const char* word) {
  failed_ = &node;
  word_ = word;
  return false;
}

bool Schema::check(SchemaId id, std::string_view token, Evaluated* evaluated) {
  const SchemaNode& node = nodes_[static_cast<std::size_t>(id)];
  if (node.never) return fail(node, "");
  if (node.types != kAnyType && !is_of_type(node.types, token)) return fail(node, "type");
  return needs_marks(node) ? check_marked(node, token, evaluated)
                           : check_parts(node, token, evaluated);
}

bool Schema::check_parts(const SchemaNode& node, std::string_view token, Evaluated* marks) {
  if (!check_value(node, token)) return false;
  if (node.has_logic && !check_logic(node, token, marks)) return false;
  const char first = token.front();
  if (first == '[' && node.items && !check_array(node, token, marks)) return false;
  return first != '{' || !node.members || check_object(node, token, marks);
}

bool Schema::check_marked(const SchemaNode& node, std::string_view token, Evaluated* evaluated) {
  Evaluated own;
  if (!check_parts(node, token, &own) || !check_unevaluated(node, token, own)) return false;
  // everything is evaluated now
  const char first = token.front();
  if (evaluated == nullptr || (first != '[' && first != '{')) return true;
  const bool all = first == '[' ? node.items && node.items->unevaluated != kNoSchema
                                : node.members && node.members->unevaluated != kNoSchema;
  const std::size_t count = first == '[' ? count_elements(token) : count_members(token);
  if (evaluated->marks.size() < count) evaluated->marks.resize(count);
  for (std::size_t i = 0; i < count; ++i)
    if (all || (i < own.marks.size() && own.marks[i])) evaluated->marks[i] = true;
  return true;
}

bool Schema::check_value(const SchemaNode& node, std::string_view token) {
  if (node.values && !is_spelled(node, token)) {
    scratch_.clear();
    append_canonical(scratch_, token);
    if (!std::binary_search(node.values->begin(), node.values->end(), scratch_))
      return fail(node, node.values_word);
  }
  switch (kind_of(token)) {
    case Kind::number:
      return !node.numbers || check_number(node, token);
    case Kind::string:
      return !node.texts || check_text(node, token);
    default:
      return true;
  }
}

bool Schema::check_number(const SchemaNode& node, std::string_view token) {
  const SchemaNumbers& numbers = *node.numbers;
  if (!numbers.more) {
    const auto place = numbers.range.place_of(token);
    if (place == SmallRange::Place::inside) return true;
    if (place == SmallRange::Place::below) return fail(node, "minimum");
    if (place == SmallRange::Place::above) return fail(node, "maximum");
  }
  const auto value = parse_decimal(token);
  if (!value) return true;
  if (numbers.minimum && compare(*value, *numbers.minimum) < 0) return fail(node, "minimum");
  if (numbers.maximum && compare(*value, *numbers.maximum) > 0) return fail(node, "maximum");
  if (numbers.above && compare(*value, *numbers.above) <= 0) return fail(node, "exclusiveMinimum");
  if (numbers.below && compare(*value, *numbers.below) >= 0) return fail(node, "exclusiveMaximum");
  if (numbers.multiple_of && !is_multiple(*value, *numbers.multiple_of))
    return fail(node, "multipleOf");
  return true;
}

bool Schema::check_text(const SchemaNode& node, std::string_view token) {
  const SchemaTexts& texts = *node.texts;
  if (texts.least > 0 || texts.most != ~std::uint64_t{0}) {
    constexpr std::size_t kLongest = 12;  // bytes of a character, as an escaped pair
    const std::size_t bytes = token.size() - 2;
    const bool surely = bytes <= texts.most && (bytes + kLongest - 1) / kLongest >= texts.least;
    const std::size_t length = surely ? texts.least : count_code_points(token);
    if (length < texts.least) return fail(node, "minLength");
    if (length > texts.most) return fail(node, "maxLength");
  }
  if (texts.pattern && !texts.pattern->matches(ndjson::unescape(token, scratch_)))
    return fail(node, "pattern");
  return true;
}

bool Schema::check_logic(const SchemaNode& node, std::string_view token, Evaluated* evaluated) {
  if (node.reference != kNoSchema && !check(node.reference, token, evaluated)) return false;
  for (const SchemaId id : node.all_of) {
    if (!check(id, token, evaluated)) return false;
  }
  if (!node.any_of.empty() && !check_any(node, token, evaluated)) return fail(node, "anyOf");
  if (!node.one_of.empty() && !check_one(node, token, evaluated)) return fail(node, "oneOf");
  if (node.inverted != kNoSchema && check(node.inverted, token, nullptr)) return fail(node, "not");
  return node.condition == kNoSchema || check_condition(node, token, evaluated);
}

bool Schema::branch(SchemaId id, std::string_view token, Evaluated* evaluated) {
  if (evaluated == nullptr) return check(id, token, nullptr);
  Evaluated tried;
  if (!check(id, token, &tried)) return false;
  if (evaluated->marks.size() < tried.marks.size()) evaluated->marks.resize(tried.marks.size());
  for (std::size_t i = 0; i < tried.marks.size(); ++i) {
    if (tried.marks[i]) evaluated->marks[i] = true;
  }
  return true;
}

bool Schema::check_any(const SchemaNode& node, std::string_view token, Evaluated* evaluated) {
  bool found = false;
  for (const SchemaId id : node.any_of) {
    found = branch(id, token, evaluated) || found;
    if (found && evaluated == nullptr) return true;
  }
  return found;
}

bool Schema::check_one(const SchemaNode& node, std::string_view token, Evaluated* evaluated) {
  int found = 0;
  for (const SchemaId id : node.one_of) found += branch(id, token, evaluated) ? 1 : 0;
  return found == 1;
}

bool Schema::check_condition(const SchemaNode& node, std::string_view token, Evaluated* evaluated) {
  const SchemaId next = branch(node.condition, token, evaluated) ? node.then : node.otherwise;
  return next == kNoSchema || check(next, token, evaluated);
}

bool Schema::check_array(const SchemaNode& node, std::string_view token, Evaluated* evaluated) {
  const SchemaItems& items = *node.items;
  ndjson::ArrayCursor cursor(token);
  std::string_view element;
  std::size_t count = 0;
  for (; cursor.next(element); ++count) {
    const SchemaId id = count < items.prefix.size() ? items.prefix[count] : items.rest;
    if (id == kNoSchema) continue;
    if (!check(id, element, nullptr)) return false;
    if (evaluated != nullptr) {
      if (evaluated->marks.size() <= count) evaluated->marks.resize(count + 1);
      evaluated->marks[count] = true;
    }
  }
  if (count < items.least) return fail(node, "minItems");
  if (count > items.most) return fail(node, "maxItems");
  if (items.contains != kNoSchema && !check_contains(node, token, evaluated)) return false;
  return !items.unique || count < 2 || check_unique(node, token);
}

bool Schema::check_contains(const SchemaNode& node, std::string_view token, Evaluated* evaluated) {
  const SchemaItems& items = *node.items;
  ndjson::ArrayCursor cursor(token);
  std::string_view element;
  std::size_t found = 0;
  for (std::size_t i = 0; cursor.next(element); ++i) {
    if (!check(items.contains, element, nullptr)) continue;
    ++found;
    if (evaluated == nullptr) continue;
    if (evaluated->marks.size() <= i) evaluated->marks.resize(i + 1);
    evaluated->marks[i] = true;
  }
  if (found < items.least_found)
    return fail(node, items.least_found == 1 ? "contains" : "minContains");
  return found <= items.most_found || fail(node, "maxContains");
}

bool Schema::check_unique(const SchemaNode& node, std::string_view token) {
  hashes_.clear();
  ndjson::ArrayCursor cursor(token);
  std::string_view element;
  while (cursor.next(element)) {
    scratch_.clear();
    append_canonical(scratch_, element);
    hashes_.push_back(hash_of(scratch_));
  }
  std::sort(hashes_.begin(), hashes_.end());
  return std::adjacent_find(hashes_.begin(), hashes_.end()) == hashes_.end() ||
         fail(node, "uniqueItems");
}

bool Schema::check_object(const SchemaNode& node, std::string_view token, Evaluated* evaluated) {
  const SchemaMembers& members = *node.members;
  const bool is_root = unavailable_ != nullptr && token.data() == root_.text.data();
  ndjson::ObjectCursor cursor = members_of(token);
  ndjson::Member member;
  std::size_t count = 0;
  Seen seen;
  for (; cursor.next(member); ++count) {
    if (members.names != kNoSchema && !check(members.names, quoted(member), nullptr))
      return fail(node, "propertyNames");
    if (is_root && unavailable_->is(member.value)) continue;
    const SchemaMember* const own = named(members, member, seen);
    bool known = own != nullptr && own->schema != kNoSchema;
    if (known && !check(own->schema, member.value, nullptr)) return false;
    if (!members.by_pattern.empty() && !check_patterns(members, member, known)) return false;
    if (!known && members.other != kNoSchema) {
      if (!check(members.other, member.value, nullptr)) return fail(node, "additionalProperties");
      known = true;
    }
    if (known && evaluated != nullptr) {
      if (evaluated->marks.size() <= count) evaluated->marks.resize(count + 1);
      evaluated->marks[count] = true;
    }
  }
  if (seen.required < members.required && !check_required(node, token)) return false;
  if (count < members.least) return fail(node, "minProperties");
  if (count > members.most) return fail(node, "maxProperties");
  return check_dependent(node, token, evaluated);
}

const SchemaMember* Schema::named(const SchemaMembers& members,
                                  const ndjson::Member& member,
                                  Seen& seen) {
  const std::size_t size = members.named.size();
  if (size == 0) return nullptr;
  // members mostly come in the order of the schema, written as it would write them
  std::size_t place = seen.hint;
  if (!same_bytes(members.named[place].written, member.name)) {
    const bool escaped = member.name.find('\\') != std::string_view::npos;
    const std::string_view name = escaped ? ndjson::unescape(quoted(member), name_) : member.name;
    for (place = 0; place < size && !same_bytes(members.named[place].name, name);) ++place;
    if (place == size) return nullptr;
  }
  seen.hint = place + 1 == size ? 0 : place + 1;
  constexpr std::size_t kBits = 64;  // beyond them check_required() looks
  if (place < kBits) {
    const std::uint64_t bit = std::uint64_t{1} << place;
    if (members.named[place].required && (seen.first & bit) == 0) ++seen.required;
    seen.first |= bit;
  }
  return &members.named[place];
}

bool Schema::check_patterns(const SchemaMembers& members,
                            const ndjson::Member& member,
                            bool& known) {
  std::string unescaped;  // allocates only for long names with escapes
  const std::string_view name = ndjson::unescape(quoted(member), unescaped);
  for (const auto& [pattern, id] : members.by_pattern) {
    if (!pattern->matches(name)) continue;
    known = true;
    if (!check(id, member.value, nullptr)) return false;
  }
  return true;
}

bool Schema::check_dependent(const SchemaNode& node, std::string_view token, Evaluated* evaluated) {
  for (const auto& [name, needed] : node.members->dependent_required) {
    if (find(token, name, name_).empty()) continue;
    for (const std::string& other : needed) {
      if (find(token, other, name_).empty() && !is_unchanged(token, other))
        return fail(node, "dependentRequired");
    }
  }
  for (const auto& [name, id] : node.members->dependent_schemas) {
    if (!find(token, name, name_).empty() && !check(id, token, evaluated)) return false;
  }
  return true;
}

bool Schema::check_unevaluated(const SchemaNode& node,
                               std::string_view token,
                               const Evaluated& evaluated) {
  const auto is_marked = [&](std::size_t i) {
    return i < evaluated.marks.size() && evaluated.marks[i];
  };
  if (token.front() == '[' && node.items && node.items->unevaluated != kNoSchema) {
    ndjson::ArrayCursor cursor(token);
    std::string_view element;
    for (std::size_t i = 0; cursor.next(element); ++i) {
      if (!is_marked(i) && !check(node.items->unevaluated, element, nullptr))
        return fail(node, "unevaluatedItems");
    }
  }
  if (token.front() == '{' && node.members && node.members->unevaluated != kNoSchema) {
    ndjson::ObjectCursor cursor(token);
    ndjson::Member member;
    for (std::size_t i = 0; cursor.next(member); ++i) {
      if (!is_marked(i) && !check(node.members->unevaluated, member.value, nullptr))
        return fail(node, "unevaluatedProperties");
    }
  }
  return true;
}

}  // namespace cdckit::cdc_check
