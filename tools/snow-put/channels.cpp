#include "tools/snow-put/channels.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/text.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace cdckit::snow_put {
namespace {

constexpr char kSeparator = '\x1f';

std::string unescaped(std::string_view raw) {
  std::string text;
  ndjson::append_unescaped(text, "\"" + std::string(raw) + "\"");
  return text;
}

void make_key(std::string& key, const Origins& origins) {
  key.clear();
  for (const std::string_view part :
       {origins.schema, origins.table, origins.topic, origins.partition}) {
    key += part;
    key += kSeparator;
  }
}

bool matches(std::string_view key, const Origins& origins) noexcept {
  for (const std::string_view part :
       {origins.schema, origins.table, origins.topic, origins.partition}) {
    if (!key.starts_with(part) || key.size() <= part.size() || key[part.size()] != kSeparator) {
      return false;
    }
    key.remove_prefix(part.size() + 1);
  }
  return true;
}

}  // namespace

Channels::Channels(TargetCatalog& catalog, Uploader& uploader, std::string prefix, bool keep_lines)
    : catalog_(catalog), uploader_(uploader), prefix_(std::move(prefix)), keep_lines_(keep_lines) {}

ChannelWriter& Channels::for_event(const Origins& origins) {
  if (last_ != nullptr && matches(key_, origins)) return *last_;
  make_key(key_, origins);
  const auto found = by_key_.find(key_);
  last_ = found != by_key_.end() ? writers_.at(found->second).get() : nullptr;
  if (last_ == nullptr) last_ = &open_for(std::string(key_), origins);
  return *last_;
}

ChannelWriter& Channels::open_for(const std::string& key, const Origins& origins) {
  const std::string schema = unescaped(origins.schema);
  const std::string table = unescaped(origins.table);
  Target& target = catalog_.for_events(schema, table);
  const std::string topic = unescaped(origins.topic);
  const std::string rest =
      topic.empty() ? schema + "." + table : topic + "_" + std::string(origins.partition);
  ChannelWriter& writer = open(key, target, channel_name(prefix_ + "_" + rest));
  writer.topic = topic;
  writer.partition = static_cast<std::int32_t>(base::parse_signed(origins.partition).value_or(0));
  return writer;
}

ChannelWriter& Channels::for_rows() {
  const std::string key(1, kSeparator);
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    return *writers_.at(found->second);
  }
  Target& target = catalog_.for_rows();
  return open(key, target, channel_name(prefix_ + "_" + target.name));
}

ChannelWriter& Channels::open(const std::string& key, Target& target, const std::string& name) {
  // A partition that came back: its channel must first be rid of the rows of its former life.
  const auto still_closing = [&] {
    return std::any_of(writers_.begin(), writers_.end(), [&](const auto& entry) {
      return entry.second->name == name && entry.second->target == &target;
    });
  };
  while (still_closing()) {
    pump_();
    drop_closed();
  }
  const ChannelId id = next_id_++;
  const snow::ChannelStatus status = uploader_.open(id, target.pipe, name);
  auto writer = std::make_unique<ChannelWriter>(id, target, name, keep_lines_);
  const auto marks = Marks::parse(status.committed_token);
  if (!marks) {
    throw base::Error(base::ErrorKind::unavailable,
                      "could not go on with channel \"" + name + "\": its token \"" +
                          status.committed_token + "\" is not ours",
                      "Another program wrote there; choose another --channel-prefix.");
  }
  writer->marks = *marks;
  writer->check_resent = status.rows_errors > 0;
  log::info("opened channel \"" + name + "\" of " + target.pipe.pipe + " at \"" +
            status.committed_token + "\"");
  by_key_[key] = id;
  return *writers_.emplace(id, std::move(writer)).first->second;
}

void Channels::flush(ChannelWriter& writer) {
  if (BatchPointer batch = writer.cut()) uploader_.append(writer.id, std::move(batch));
}

void Channels::flush_opened_before(std::chrono::steady_clock::time_point time) {
  for (const auto& [id, writer] : writers_) {
    const auto opened = writer->opened();
    if (opened && *opened <= time) flush(*writer);
  }
}

void Channels::flush_all() {
  for (const auto& [id, writer] : writers_) flush(*writer);
}

void Channels::revoke(const std::vector<event::TopicPartition>& partitions) {
  for (const auto& [id, writer] : writers_) {
    const bool gone = std::any_of(partitions.begin(), partitions.end(), [&](const auto& revoked) {
      return revoked.topic == writer->topic && revoked.partition == writer->partition;
    });
    if (!gone || writer->closing || writer->topic.empty()) continue;
    flush(*writer);
    writer->closing = true;
    uploader_.release(id);
  }
  std::erase_if(by_key_, [&](const auto& entry) { return writers_.at(entry.second)->closing; });
  last_ = nullptr;
}

void Channels::drop_closed() {
  for (auto entry = writers_.begin(); entry != writers_.end();) {
    const ChannelWriter& writer = *entry->second;
    const bool done =
        writer.closing && writer.oldest_outstanding() == std::numeric_limits<std::uint64_t>::max();
    if (done) uploader_.forget(writer.id);
    entry = done ? writers_.erase(entry) : std::next(entry);
  }
}

std::uint64_t Channels::oldest_outstanding() const noexcept {
  std::uint64_t oldest = std::numeric_limits<std::uint64_t>::max();
  for (const auto& [id, writer] : writers_) oldest = std::min(oldest, writer->oldest_outstanding());
  return oldest;
}

bool Channels::has_open_batch() const noexcept {
  return std::any_of(writers_.begin(), writers_.end(), [](const auto& entry) {
    return entry.second->opened().has_value();
  });
}

std::vector<ChannelWriter*> Channels::all() {
  std::vector<ChannelWriter*> out;
  for (const auto& [id, writer] : writers_) out.push_back(writer.get());
  return out;
}

}  // namespace cdckit::snow_put
