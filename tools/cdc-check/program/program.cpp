#include "tools/cdc-check/program/program.hpp"

#include "tools/cdc-check/values/order.hpp"
#include "tools/cdc-check/values/text.hpp"

namespace cdckit::cdc_check {
namespace {

constexpr States kMayStandForAnother = kString | kArray | kObject;

bool is_in(std::string_view names, const std::string& name) {
  ndjson::ArrayCursor cursor(names);
  std::string_view element;
  std::string scratch;
  while (cursor.next(element)) {
    if (element.starts_with('"') && ndjson::unescape(element, scratch) == name) return true;
  }
  return false;
}

}  // namespace

Program::Program(std::vector<Code>& codes,
                 Side side,
                 std::string_view schema,
                 std::string_view table,
                 const event::Unavailable& unavailable)
    : unavailable_(unavailable) {
  for (Code& code : codes) {
    if (code.rule.side == side && code.is_for(schema, table)) add(code);
  }
}

void Program::add(Code& code) {
  const Rule& rule = code.rule;
  Check check;
  check.kind = rule.kind;
  check.code = &code;
  if (!rule.columns.empty() && rule.kind != RuleKind::expression)
    check.column = columns_.add(rule.columns.front());
  check.operands = static_cast<std::uint16_t>(operands_.size());
  if (rule.kind == RuleKind::unique) {
    for (const Path& path : rule.columns) operands_.push_back(columns_.add(path));
  }
  for (const Path& path : rule.by) operands_.push_back(columns_.add(path));
  if (code.expression) {
    for (const Path& path : code.expression->columns) operands_.push_back(columns_.add(path));
    check.evaluator = std::make_unique<Evaluator>(*code.expression);
  }
  check.operand_count = static_cast<std::uint16_t>(operands_.size() - check.operands);
  check.memory = static_cast<std::uint32_t>(memories_.size());
  if (rule.kind == RuleKind::unique) memories_.emplace_back().window.emplace(rule.window);
  if (rule.kind == RuleKind::monotonic) memories_.emplace_back().marks.emplace();
  needs_event_time_ =
      needs_event_time_ || (rule.kind == RuleKind::freshness && check.column == kNoColumn);
  needs_own_members_ =
      needs_own_members_ || (rule.kind == RuleKind::json_schema && check.column == kNoColumn);
  check.across =
      check.operand_count > 0 || check.column == kNoColumn || rule.kind == RuleKind::monotonic;
  prepare(check);
  states_.resize(columns_.size());
  checks_.push_back(std::move(check));
}

void Program::set_encodings(const std::map<std::string, Encoding, std::less<>>& encodings) {
  const auto encoding_of = [&](std::uint16_t column) {
    const Path& path = columns_.path(column);
    const auto found = path.size() == 1 ? encodings.find(path.front()) : encodings.end();
    return found == encodings.end() ? Encoding{} : found->second;
  };
  for (Check& check : checks_) {
    if (check.column != kNoColumn) check.encoding = encoding_of(check.column);
    for (std::size_t i = 0; check.evaluator && i < check.operand_count; ++i)
      check.evaluator->set_unit(i, encoding_of(operands_[check.operands + i]).unit);
  }
  encoded_.clear();
  for (std::size_t number = 0; number < columns_.size(); ++number) {
    const auto column = static_cast<std::uint16_t>(number);
    const Path& path = columns_.path(column);
    const auto found = encodings.find(path.front());
    if (path.size() == 1 && found != encodings.end() && found->second.base64_decimal)
      encoded_.push_back({.column = column, .scale = found->second.scale, .text = {}});
  }
}

// From here on a decimal is the number that it stands for, whatever rule looks at it.
void Program::decode_columns() {
  for (Encoded& encoded : encoded_) {
    const std::string_view value = columns_.values()[encoded.column];
    if (value.empty() || (value.front() != '"' && value.front() != '{') || unavailable_.is(value))
      continue;
    auto number = decimal_text(value, encoded.scale);
    if (!number) continue;
    encoded.text = std::move(*number);
    columns_.set(encoded.column, encoded.text);
  }
}

void Program::find_values(const ndjson::Object& row) {
  columns_.find(row);
  if (!encoded_.empty()) decode_columns();
  const std::string_view* const values = columns_.values().data();
  States* const states = states_.data();
  const std::size_t count = states_.size();
  for (std::size_t i = 0; i < count; ++i) {
    const States state = state_of(values[i]);
    states[i] =
        (state & kMayStandForAnother) != 0 && unavailable_.is(values[i]) ? kUnavailable : state;
  }
}

const std::vector<Broken>& Program::run(const Subject& subject) {
  broken_.clear();
  ++rows_;
  find_values(subject.row);
  const std::string_view* const values = columns_.values().data();
  const States* const states = states_.data();
  for (Check& check : checks_) {
    const char* why = nullptr;
    std::string_view value;
    if (check.across) {
      why = broken_across(check, subject);
      if (why != nullptr && check.column != kNoColumn) value = values[check.column];
    } else {
      if ((states[check.column] & check.holds) != 0) continue;
      value = values[check.column];
      // most values of most rules
      if (check.kind == RuleKind::range && check.range.place_of(value) == SmallRange::Place::inside)
        continue;
      why = check.kind == RuleKind::not_null ? absent(check, subject)
                                             : check_value(check, value, scratch_);
    }
    if (why != nullptr) broken_.push_back({check.code, value, why});
  }
  return broken_;
}

const char* Program::absent(const Check& check, const Subject& subject) const {
  if (states_[check.column] == kNull) return "is null";
  return is_unchanged(check.column, subject) ? nullptr : "is missing";
}

bool Program::is_unchanged(std::size_t column, const Subject& subject) const {
  if (states_[column] == kUnavailable) return true;
  return states_[column] == kMissing && !subject.unchanged.empty() &&
         is_in(subject.unchanged, columns_.path(column).front());
}

bool Program::any_unchanged(const Check& check, const Subject& subject) const {
  for (std::size_t i = 0; i < check.operand_count; ++i) {
    if (is_unchanged(operands_[check.operands + i], subject)) return true;
  }
  return false;
}

// Kinds that look at several columns, at the whole row, or back.
const char* Program::broken_across(Check& check, const Subject& subject) {
  switch (check.kind) {
    case RuleKind::expression: {
      if (any_unchanged(check, subject)) return nullptr;
      arguments_.clear();
      for (std::size_t i = 0; i < check.operand_count; ++i)
        arguments_.push_back(columns_.values()[operands_[check.operands + i]]);
      return check.evaluator->run(arguments_) == false ? "is false" : nullptr;
    }
    case RuleKind::unique:
      return seen_before(check, subject);
    case RuleKind::monotonic:
      return out_of_order(check, subject);
    case RuleKind::freshness:  // of the event itself
      return subject.event_time.empty() ? nullptr
                                        : check_value(check, subject.event_time, scratch_);
    default:
      return check.code->schema->holds(
                 subject.own.empty() ? subject.row : subject.own, subject.unchanged, &unavailable_)
                 ? nullptr
                 : "does not fit the schema";
  }
}

// False when a part of it is not there: then the row has no key.
bool Program::make_key(const Check& check) {
  scratch_.clear();
  for (std::size_t i = 0; i < check.operand_count; ++i) {
    const std::size_t column = operands_[check.operands + i];
    if ((states_[column] & (kMissing | kNull)) != 0) return false;
    append_canonical(scratch_, columns_.values()[column]);
  }
  return true;
}

const char* Program::seen_before(const Check& check, const Subject& subject) {
  Memory& memory = memories_[check.memory];
  memory.broken = false;
  memory.has_key = make_key(check) && !any_unchanged(check, subject);
  if (!memory.has_key) return nullptr;
  memory.key = hash_of(scratch_);
  memory.owner = subject.identity.empty() ? KeyHash{} : hash_of(subject.identity);
  KeyHash owner;
  if (!memory.window->contains(memory.key, owner)) return nullptr;
  if (subject.update && owner.low == memory.owner.low && !subject.identity.empty()) return nullptr;
  memory.broken = true;
  return "was there before within the window";
}

const char* Program::out_of_order(const Check& check, const Subject& subject) {
  Memory& memory = memories_[check.memory];
  memory.broken = false;
  memory.has_key = (states_[check.column] & kValue) != 0 && !is_unchanged(check.column, subject);
  if (!memory.has_key) return nullptr;
  const std::string_view value = columns_.values()[check.column];
  memory.value.assign(value);
  memory.group.clear();
  for (std::size_t i = 0; i < check.operand_count; ++i) {
    const std::string_view part = columns_.values()[operands_[check.operands + i]];
    if (part.empty()) {
      memory.group += '-';
    } else {
      append_canonical(memory.group, part);
    }
  }
  const std::string_view last = memory.marks->value(memory.group);
  if (last.empty()) return nullptr;
  const auto order = compare_tokens(value, last, scratch_, other_);
  memory.broken = order && (*order < 0 || (*order == 0 && check.code->rule.strict));
  if (!memory.broken) return nullptr;
  return *order == 0 ? "is not above the value before" : "is below the value before";
}

void Program::settle(bool went_on) {
  for (Memory& memory : memories_) {
    if (memory.window) {
      if (memory.has_key && (went_on || memory.broken)) {
        memory.window->add(memory.key, memory.owner);
      } else {
        memory.window->add_nothing();
      }
    } else if (memory.has_key && went_on) {
      memory.marks->set(memory.group, memory.value);
    }
  }
}

void Program::forget(const ndjson::Object& row) {
  if (memories_.empty()) return;
  find_values(row);
  for (const Check& check : checks_) {
    if (check.kind == RuleKind::unique && make_key(check))
      memories_[check.memory].window->remove(hash_of(scratch_));
  }
}

void Program::forget_all() noexcept {
  for (Memory& memory : memories_) {
    if (memory.window) memory.window->clear();
  }
}

}  // namespace cdckit::cdc_check
