// The topics that a reader asks for: names, and patterns that begin with ^. Patterns are read by
// the very function that librdkafka matches them with (POSIX extended, as the C library has it), so
// that both agree. A pattern never takes what brokers keep for themselves, nor what the owner
// excludes; a name takes anything.
#pragma once

#include <memory>
#include <string>
#include <vector>

// NOLINTNEXTLINE(readability-identifier-naming): the system's own name
struct re_pattern_buffer;

namespace cdckit::kafka {

class Subscription {
 public:
  // `excluded`: patterns too. Throws usage for a pattern that is none.
  explicit Subscription(const std::vector<std::string>& topics,
                        const std::vector<std::string>& excluded = {});

  [[nodiscard]] bool takes(const std::string& topic) const;
  [[nodiscard]] const std::vector<std::string>& topics() const noexcept { return topics_; }
  [[nodiscard]] bool has_pattern() const noexcept { return !patterns_.empty(); }
  // What a member must not see (topic.blacklist); empty without a pattern.
  [[nodiscard]] std::string ignored() const;

 private:
  using Pattern = std::shared_ptr<re_pattern_buffer>;

  static Pattern compile(const std::string& text);
  static bool fits(const Pattern& pattern, const std::string& topic);

  std::vector<std::string> topics_;
  std::vector<Pattern> patterns_;
  std::vector<std::string> excluded_;
  std::vector<Pattern> excluded_patterns_;
};

}  // namespace cdckit::kafka
