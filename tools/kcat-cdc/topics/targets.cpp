#include "tools/kcat-cdc/topics/targets.hpp"

#include "common/base/check.hpp"
#include "common/ndjson/text.hpp"
#include "tools/kcat-cdc/topics/topic_names.hpp"

#include <algorithm>

namespace cdckit::kcat_cdc {

namespace {

std::string unescaped(std::string_view text) {
  std::string out;
  ndjson::append_unescaped(out, '"' + std::string(text) + '"');
  return out;
}

}  // namespace

std::optional<std::size_t> Targets::of_event(const event::Event& event) {
  if (event.op == 'm') return of_messages();
  if (event.source.empty()) return std::nullopt;
  if (last_ && sources_.is_of(event, last_schema_, last_table_)) return last_;
  const event::Source source = sources_.read(event);
  if (source.schema.empty() || source.table.empty()) return std::nullopt;
  last_ = of_table(unescaped(source.schema), unescaped(source.table));
  last_schema_ = source.schema;
  last_table_ = source.table;
  return last_;
}

std::size_t Targets::of_table(std::string_view schema, std::string_view table) {
  const std::pair<std::string, std::string> name(schema, table);
  const auto known = by_table_.find(name);
  if (known != by_table_.end()) return known->second;
  const std::size_t index = add(router_.topic_of(schema, table));
  by_table_.emplace(name, index);
  return index;
}

std::size_t Targets::of_messages() {
  if (!messages_) messages_ = add(router_.message_topic());
  return *messages_;
}

std::optional<std::size_t> Targets::of_topic(std::string_view name) {
  const auto known = by_topic_.find(name);
  if (known != by_topic_.end()) return known->second;
  if (!is_topic_name(name)) return std::nullopt;
  const std::size_t index = add(std::string(name));
  by_topic_.emplace(name, index);
  return index;
}

std::size_t Targets::index_of(std::string_view topic) const {
  const auto found = std::find(names_.begin(), names_.end(), topic);
  base::require_invariant(found != names_.end(), "what was sent has a topic");
  return static_cast<std::size_t>(found - names_.begin());
}

std::size_t Targets::add(std::string topic) {
  const OpenTopic open = topics_.open(topic);
  names_.push_back(topic);
  targets_.push_back({std::move(topic), open.id, {}, open.facts});
  return targets_.size() - 1;
}

}  // namespace cdckit::kcat_cdc
