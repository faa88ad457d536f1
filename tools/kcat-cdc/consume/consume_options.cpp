#include "tools/kcat-cdc/consume/consume_options.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "tools/kcat-cdc/topics/topic_names.hpp"

#include <limits>

namespace cdckit::kcat_cdc {

using base::Error;
using base::ErrorKind;

namespace {

[[noreturn]] void refuse(const std::string& message, std::string hint = {}) {
  throw Error(ErrorKind::usage, message, std::move(hint));
}

std::int64_t parse_time_ms(const std::string& text, const std::string& flag) {
  // @unix seconds as everywhere, or @ before RFC 3339
  auto time = base::parse_time(text);
  if (!time && text.starts_with('@')) time = base::parse_time(std::string_view(text).substr(1));
  if (!time)
    refuse("could not read " + flag + " \"" + text +
           "\": no time such as @1790000000 or @2026-03-01T12:00:00Z");
  return *time / 1000;
}

// A dead letter that is read again fails again, and grows each time.
void check_dead_letter(const std::string& topic, const kafka::Subscription& subscription) {
  if (!is_topic_name(topic))
    refuse("could not use --dead-letter \"" + topic + "\": it is no topic's name");
  if (!subscription.takes(topic)) return;
  std::string read;
  for (const std::string& name : subscription.topics()) read += (read.empty() ? "" : ", ") + name;
  throw Error(
      ErrorKind::config,
      "could not use --dead-letter \"" + topic + "\": --topic \"" + read + "\" reads it too",
      "Give dead letters a topic that no name and no pattern of --topic fits.");
}

}  // namespace

void check_consume(const ConsumeOptions& options, bool acknowledged) {
  if (options.topics.empty()) refuse("the flag --topic (-t) is missing");
  if (acknowledged && options.group.empty())
    refuse("--ack needs --group (-g): offsets are committed for a group");
  if (options.limit == 0) refuse("could not use --limit: 0 records are no work");
  (void)parse_range(options);
  const kafka::Subscription subscription = subscription_of(options);
  if (!options.dead_letter.empty()) check_dead_letter(options.dead_letter, subscription);
}

kafka::Subscription subscription_of(const ConsumeOptions& options) {
  // where produce keeps its positions is no data
  return kafka::Subscription(options.topics, {R"((^|\.)__position\.)"});
}

From parse_from(const std::string& text) {
  if (text == "stored") return {From::Kind::stored, 0};
  if (text == "beginning") return {From::Kind::beginning, 0};
  if (text == "end") return {From::Kind::end, 0};
  if (text.starts_with('@')) return {From::Kind::time, parse_time_ms(text, "--from")};
  const auto offset = base::parse_unsigned(text);
  if (!offset || *offset > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    refuse("could not read --from \"" + text + "\": stored, beginning, end, @TIME or an offset");
  }
  return {From::Kind::offset, static_cast<std::int64_t>(*offset)};
}

Range parse_range(const ConsumeOptions& options) {
  Range out;
  const From from = parse_from(options.from);
  if (from.kind == From::Kind::time) out.from_ms = from.value;
  const std::string& text = options.until;
  if (text.empty()) return out;
  out.bounded = true;
  if (text == "end") return out;
  if (!text.starts_with('@')) refuse("could not read --until \"" + text + "\": end or @TIME");
  out.before_ms = parse_time_ms(text, "--until");
  return out;
}

}  // namespace cdckit::kcat_cdc
