#include "common/kafka/subscription.hpp"

#include "common/base/error.hpp"

#include <algorithm>
#include <array>
#include <regex.h>

namespace cdckit::kafka {

namespace {

// What brokers keep for themselves.
constexpr std::array<const char*, 5> kInternal = {"^__consumer_offsets$",
                                                  "^__transaction_state$",
                                                  "^__share_group_state$",
                                                  "^__remote_log_metadata$",
                                                  "^__cluster_metadata$"};

}  // namespace

Subscription::Subscription(const std::vector<std::string>& topics,
                           const std::vector<std::string>& excluded)
    : topics_(topics) {
  for (const std::string& topic : topics_) {
    if (topic.starts_with('^')) patterns_.push_back(compile(topic));
  }
  excluded_.assign(kInternal.begin(), kInternal.end());
  excluded_.insert(excluded_.end(), excluded.begin(), excluded.end());
  // what is asked for by name is not hidden
  std::erase_if(excluded_, [&](const std::string& text) {
    const Pattern pattern = compile(text);
    return std::any_of(topics_.begin(), topics_.end(), [&](const std::string& topic) {
      return !topic.starts_with('^') && fits(pattern, topic);
    });
  });
  for (const std::string& text : excluded_) excluded_patterns_.push_back(compile(text));
}

Subscription::Pattern Subscription::compile(const std::string& text) {
  auto expression = std::make_unique<regex_t>();
  const int code = ::regcomp(expression.get(), text.c_str(), REG_EXTENDED | REG_NOSUB);
  if (code != 0) {
    std::array<char, 256> reason{};
    ::regerror(code, expression.get(), reason.data(), reason.size());
    throw base::Error(base::ErrorKind::usage,
                      "could not read the topic pattern \"" + text + "\": " + reason.data(),
                      "Patterns are POSIX extended regular expressions, as librdkafka has them.");
  }
  return {expression.release(), [](regex_t* compiled) {
            ::regfree(compiled);
            delete compiled;
          }};
}

bool Subscription::fits(const Pattern& pattern, const std::string& topic) {
  return ::regexec(pattern.get(), topic.c_str(), 0, nullptr, 0) == 0;
}

bool Subscription::takes(const std::string& topic) const {
  const auto any = [&](const std::vector<Pattern>& patterns) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const Pattern& pattern) {
      return fits(pattern, topic);
    });
  };
  if (std::find(topics_.begin(), topics_.end(), topic) != topics_.end()) return true;
  return any(patterns_) && !any(excluded_patterns_);
}

std::string Subscription::ignored() const {
  std::string out;
  if (patterns_.empty()) return out;
  for (const std::string& text : excluded_) out += (out.empty() ? "" : ",") + text;
  return out;
}

}  // namespace cdckit::kafka
