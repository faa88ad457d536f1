#include "tools/kcat-cdc/transactions/position_store.hpp"

#include "common/base/error.hpp"
#include "tools/kcat-cdc/delivery/deliveries.hpp"

#include <utility>

namespace cdckit::kcat_cdc {

namespace {

constexpr std::string_view kRunHeader = "cdc.run";
// One record and one commit marker a transaction, some of them aborted: the newest position is
// nearly always among these.
constexpr std::int64_t kTail = 200;

}  // namespace

PositionStore::PositionStore(kafka::Settings settings,
                             std::string topic,
                             std::string id,
                             std::string run)
    : settings_(std::move(settings)),
      topic_(std::move(topic)),
      id_(std::move(id)),
      run_(std::move(run)) {
  settings_.push_back({"isolation.level", "read_committed"});
}

std::optional<StoredPosition> PositionStore::read(std::chrono::milliseconds wait,
                                                  bool waits_for_open) const {
  std::optional<StoredPosition> found;
  std::string broken;
  const auto take = [&](const kafka::Record& record) {
    if (record.key != id_ || !record.value) return;
    auto position = parse_position_record(*record.value);
    broken = position ? "" : std::string(*record.value);
    if (!position) return;
    found = StoredPosition{std::move(*position), {}};
    for (const kafka::Header& header : record.headers) {
      if (header.name == kRunHeader) found->run = header.value.value_or(std::string_view{});
    }
  };
  const bool exists = kafka::read_topic(settings_, topic_, wait, take, {kTail, waits_for_open});
  if (exists && !found && broken.empty())
    kafka::read_topic(settings_, topic_, wait, take, {0, waits_for_open});
  if (!broken.empty()) {
    throw base::Error(base::ErrorKind::unavailable,
                      "could not read the position in topic \"" + topic_ + "\": " + broken,
                      "Something else writes there; name another topic with --position-topic.");
  }
  return found;
}

kafka::Outgoing PositionStore::record(const PositionRecord& position) {
  value_ = format(position);
  headers_ = {kafka::Header{kRunHeader, run_}};
  kafka::Outgoing out;
  out.topic = writes_to_;
  out.key = id_;
  out.value = value_;
  out.headers = headers_;
  out.partition = 0;
  out.tag = kPositionTag;
  return out;
}

}  // namespace cdckit::kcat_cdc
