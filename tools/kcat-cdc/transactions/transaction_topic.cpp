#include "tools/kcat-cdc/transactions/transaction_topic.hpp"

#include "common/base/text.hpp"
#include "common/event/position.hpp"
#include "common/ndjson/text.hpp"

namespace cdckit::kcat_cdc {

namespace {

std::string_view bare(std::string_view token) noexcept {
  return token.size() >= 2 && token.front() == '"' ? token.substr(1, token.size() - 2) : token;
}

}  // namespace

std::uint64_t TransactionTopic::lsn_of(std::string_view line) {
  return event::parse_lsn(bare(ndjson::find_member(line, "lsn"))).value_or(0);
}

std::optional<kafka::Outgoing> TransactionTopic::record_of(std::string_view line, bool begin) {
  const std::string_view xid = ndjson::find_member(line, "txId");
  // as Debezium has it: each end names its own place
  const auto lsn = event::parse_lsn(bare(ndjson::find_member(line, begin ? "lsn" : "pos")));
  const auto time_us = base::parse_signed(ndjson::find_member(line, "ts_us"));
  if (xid.empty() || !lsn || !time_us) return std::nullopt;
  const std::string id = '"' + std::string(bare(xid)) + ':' + std::to_string(*lsn) + '"';
  key_ = R"({"id":)" + id + '}';
  const std::string_view count = begin ? "" : ndjson::find_member(line, "event_count");
  const std::string_view tables = begin ? "" : ndjson::find_member(line, "data_collections");
  value_ = std::string(R"({"status":")") + (begin ? "BEGIN" : "END") + R"(","id":)" + id;
  value_.append(R"(,"event_count":)").append(count.empty() ? "null" : count);
  value_.append(R"(,"data_collections":)").append(tables.empty() ? "null" : tables);
  value_.append(R"(,"ts_ms":)").append(std::to_string(*time_us / 1000)).append("}");
  kafka::Outgoing record;
  record.key = key_;
  record.value = value_;
  record.timestamp_ms = *time_us / 1000;
  return record;
}

}  // namespace cdckit::kcat_cdc
