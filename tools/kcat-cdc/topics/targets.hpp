// Where the events of each table go: topic and the hash of the table's shape, by the table's names.
// Finding the target costs two comparisons while events of the same table follow each other.
#pragma once

#include "common/event/source.hpp"
#include "tools/kcat-cdc/topics/router.hpp"
#include "tools/kcat-cdc/topics/topic_book.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::kcat_cdc {

struct Target {
  std::string topic;
  kafka::TopicId id;
  std::string schema_hash;  // empty until a `schema` line came
  TopicFacts facts;
};

class Targets {
 public:
  // Both must outlive the targets.
  Targets(Router& router, TopicBook& topics) : router_(router), topics_(topics) {}

  // Nothing when the event's source names no table. Opens topics; see Router and TopicBook.
  std::optional<std::size_t> of_event(const event::Event& event);
  std::size_t of_table(std::string_view schema, std::string_view table);
  std::size_t of_messages();
  // A topic by its own name; nothing when Kafka takes no such name.
  std::optional<std::size_t> of_topic(std::string_view name);
  Target& operator[](std::size_t index) noexcept { return targets_[index]; }
  // Of the topic; one of those that share it.
  [[nodiscard]] std::size_t index_of(std::string_view topic) const;
  // Topic names by index.
  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }

 private:
  std::size_t add(std::string topic);

  Router& router_;
  TopicBook& topics_;
  std::vector<Target> targets_;
  std::vector<std::string> names_;
  std::map<std::pair<std::string, std::string>, std::size_t> by_table_;
  std::map<std::string, std::size_t, std::less<>> by_topic_;
  std::optional<std::size_t> messages_;
  std::string last_schema_;  // as written in the line, escapes and all
  std::string last_table_;
  event::SourceReader sources_;
  std::optional<std::size_t> last_;
};

}  // namespace cdckit::kcat_cdc
