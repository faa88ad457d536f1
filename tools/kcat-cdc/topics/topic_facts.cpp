#include "tools/kcat-cdc/topics/topic_facts.hpp"

#include "common/base/text.hpp"
#include "common/compress/zstd.hpp"

#include <algorithm>

namespace cdckit::kcat_cdc {

namespace {

constexpr std::uint64_t kRecordOverhead = 61 + 36;  // of a batch and of the one record in it

std::string_view value_of(const std::map<std::string, std::string>& settings, const char* name) {
  const auto found = settings.find(name);
  return found == settings.end() ? std::string_view{} : std::string_view(found->second);
}

// Nothing for what is missing, no number, negative (no limit) or the greatest number (the same).
std::optional<std::int64_t> limit_of(const std::map<std::string, std::string>& settings,
                                     const char* name) {
  const auto number = base::parse_signed(value_of(settings, name));
  constexpr std::int64_t kForEver = std::int64_t{1} << 60U;
  if (!number || *number < 0 || *number > kForEver) return std::nullopt;
  return number;
}

std::uint64_t size_of(const kafka::Outgoing& record) {
  std::uint64_t bytes = (record.key ? record.key->size() : 0) +
                        (record.value ? record.value->size() : 0) + kRecordOverhead;
  for (const kafka::Header& header : record.headers)
    bytes += header.name.size() + (header.value ? header.value->size() : 0) + 4;
  return bytes;
}

// `compact,delete` and `delete,compact` are one.
std::string sorted_policy(std::string_view text) {
  std::vector<std::string> parts = base::split(text, ',');
  for (std::string& part : parts) part = std::string(base::trim(part));
  std::sort(parts.begin(), parts.end());
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ",") + part;
  return out;
}

}  // namespace

TopicFacts read_facts(const std::map<std::string, std::string>& settings) {
  TopicFacts facts;
  facts.most_bytes = base::parse_unsigned(value_of(settings, facts.most_by));
  // a segment of the log holds whole batches
  constexpr const char* kSegment = "segment.bytes";
  const auto segment = base::parse_unsigned(value_of(settings, kSegment));
  if (segment && facts.most_bytes && *segment < *facts.most_bytes) {
    facts.most_bytes = segment;
    facts.most_by = kSegment;
  }
  facts.least_in_sync = base::parse_signed(value_of(settings, "min.insync.replicas"));
  facts.cleanup = sorted_policy(value_of(settings, "cleanup.policy"));
  // a broker that stamps records itself looks at nothing of theirs
  if (value_of(settings, "message.timestamp.type") == "LogAppendTime") return facts;
  if (facts.deletes()) facts.retention_ms = limit_of(settings, "retention.ms");
  facts.before_ms = limit_of(settings, "message.timestamp.before.max.ms");
  facts.after_ms = limit_of(settings, "message.timestamp.after.max.ms");
  return facts;
}

std::optional<Refusal> RecordCheck::refuse(const kafka::Outgoing& record,
                                           const std::string& topic,
                                           const TopicFacts& facts,
                                           std::int64_t now_ms) const {
  if (!record.key && facts.compacts()) {
    return Refusal{"topic \"" + topic + "\" is compacted and takes no record without a key",
                   "INVALID_RECORD"};
  }
  const std::int64_t age = record.timestamp_ms > 0 ? now_ms - record.timestamp_ms : 0;
  const char* const limit = facts.before_ms && age > *facts.before_ms  ? "before"
                            : facts.after_ms && -age > *facts.after_ms ? "after"
                                                                       : nullptr;
  if (limit != nullptr) {
    return Refusal{"the record's time is outside of what topic \"" + topic +
                       "\" takes (message.timestamp." + limit + ".max.ms)",
                   "INVALID_TIMESTAMP"};
  }
  const std::uint64_t bytes = size_of(record);
  if (bytes <= client_bytes_ && (!facts.most_bytes || bytes <= *facts.most_bytes))
    return std::nullopt;
  return too_large(record, bytes, topic, facts);
}

// A batch of one record is what the brokers measure, compressed.
std::optional<Refusal> RecordCheck::too_large(const kafka::Outgoing& record,
                                              std::uint64_t bytes,
                                              const std::string& topic,
                                              const TopicFacts& facts) const {
  if (bytes > client_bytes_) {
    return Refusal{"the record has " + std::to_string(bytes) +
                       " bytes, more than this client sends (message.max.bytes " +
                       std::to_string(client_bytes_) + ")",
                   "MSG_SIZE_TOO_LARGE"};
  }
  std::uint64_t stored = bytes;
  if (compressed_) {
    std::string whole = record.key ? std::string(*record.key) : std::string();
    if (record.value) whole += *record.value;
    const std::uint64_t plain = bytes - whole.size();
    std::string frame;
    compress::ZstdCompressor(1).compress(whole, frame);
    stored = frame.size() + plain;
  }
  if (stored <= *facts.most_bytes) return std::nullopt;
  return Refusal{"the record has " + std::to_string(bytes) + " bytes" +
                     (compressed_ ? ", " + std::to_string(stored) + " compressed" : "") +
                     ", more than topic \"" + topic + "\" takes (" + facts.most_by + " " +
                     std::to_string(*facts.most_bytes) + ")",
                 "MSG_SIZE_TOO_LARGE"};
}

std::string difference(int wished_partitions,
                       const std::map<std::string, std::string>& wished,
                       std::int32_t partitions,
                       const TopicFacts& facts) {
  std::string out;
  if (wished_partitions > 0 && wished_partitions != partitions) {
    out = "has " + std::to_string(partitions) + (partitions == 1 ? " partition" : " partitions") +
          ", not " + std::to_string(wished_partitions);
  }
  const std::string policy = sorted_policy(value_of(wished, "cleanup.policy"));
  if (!policy.empty() && !facts.cleanup.empty() && policy != facts.cleanup) {
    out += (out.empty() ? "has" : " and") + std::string(" cleanup.policy=") + facts.cleanup +
           ", not " + policy;
  }
  return out;
}

}  // namespace cdckit::kcat_cdc
