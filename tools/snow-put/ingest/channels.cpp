#include "tools/snow-put/ingest/channels.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/text.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-put/channel/split.hpp"
#include "tools/snow-put/ingest/journal_marks.hpp"

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

bool belongs_to(const ChannelWriter& writer, const std::vector<event::TopicPartition>& partitions) {
  return !writer.topic.empty() &&
         std::any_of(partitions.begin(), partitions.end(), [&](const auto& one) {
           return one.topic == writer.topic && one.partition == writer.partition;
         });
}

}  // namespace

Channels::Channels(TargetCatalog& catalog,
                   Network& network,
                   SqlOwner& sql,
                   ChannelSettings settings)
    : catalog_(catalog), network_(network), sql_(sql), settings_(std::move(settings)) {}

Shards& Channels::find(const Origins& origins, Target* (*choose)(TargetCatalog&, const Origins&)) {
  if (last_ != nullptr && matches(key_, origins)) return *last_;
  make_key(key_, origins);
  last_ = nullptr;
  auto found = by_key_.find(key_);
  if (found == by_key_.end()) {
    auto shards = std::make_unique<Shards>();
    Target& target = *choose(catalog_, origins);
    shards->target = &target;
    shards->topic = unescaped(origins.topic);
    shards->partition =
        static_cast<std::int32_t>(base::parse_signed(origins.partition).value_or(0));
    std::string rest = target.name;
    if (!shards->topic.empty()) {
      rest = shards->topic + "_" + std::string(origins.partition);
    } else if (!origins.table.empty()) {
      rest = target.source.first + "." + target.source.second;
    }
    shards->base = channel_name(settings_.prefix + "_" + rest);
    shards->divided = shards->topic.empty() && !origins.table.empty();
    refuse_shared(*shards);
    found = by_key_.emplace(key_, std::move(shards)).first;
  }
  last_ = found->second.get();
  return *last_;
}

// Names lose what channel names do not take, and the border between schema and table.
void Channels::refuse_shared(const Shards& shards) const {
  for (const auto& [key, other] : by_key_) {
    if (other->base != shards.base || other->target->table != shards.target->table) continue;
    throw base::Error(base::ErrorKind::config,
                      "could not open a channel for \"" + shards.target->source.first + "." +
                          shards.target->source.second + "\": \"" + other->target->source.first +
                          "." + other->target->source.second + "\" has the one called \"" +
                          shards.base + "\"",
                      "Give one of them a table of its own with --table-map.");
  }
}

Shards& Channels::for_event(const Origins& origins) {
  return find(origins, [](TargetCatalog& catalog, const Origins& from) {
    return &catalog.for_events(unescaped(from.schema), unescaped(from.table));
  });
}

Shards& Channels::for_rows(const Origins& origins) {
  return find(origins, [](TargetCatalog& catalog, const Origins&) { return &catalog.for_rows(); });
}

bool Channels::open(Shards& shards) {
  if (shards.ready) return true;
  Target& target = *shards.target;
  const bool stopped =
      target.failure.has_value() || (!target.broken.empty() && !target.has_table());
  if (stopped && !shards.started) return shards.ready = true;  // none of its rows goes anywhere
  if (!start(shards) || !open_former(shards)) return false;
  const auto waits = [&](const ChannelWriter* writer) {
    return !writer->ready || recalling_.contains(writer->id);
  };
  if (std::any_of(shards.writers.begin(), shards.writers.end(), waits)) return false;
  if (!std::exchange(shards.recalled, true)) {
    recall(shards);
    if (std::any_of(shards.writers.begin(), shards.writers.end(), waits)) return false;
  }
  return shards.ready = true;
}

// A partition that came back: its channel must first be rid of the rows of its former life.
bool Channels::is_closing(const std::string& name, const Target& target) const {
  return std::any_of(writers_.begin(), writers_.end(), [&](const auto& entry) {
    return entry.second->closing && entry.second->name == name && entry.second->target == &target;
  });
}

bool Channels::start(Shards& shards) {
  if (shards.started) return true;
  const std::size_t count = shards.divided ? settings_.shards : 1;
  for (std::size_t i = 0; i < count; ++i) {
    if (is_closing(shard_name(shards.base, {i, count}), *shards.target)) return false;
  }
  for (std::size_t i = 0; i < count; ++i) {
    ChannelWriter& writer = start(*shards.target, shard_name(shards.base, {i, count}));
    writer.topic = shards.topic;
    writer.partition = shards.partition;
    shards.writers.push_back(&writer);
  }
  if (shards.divided) ask_for_names();
  shards.started = true;
  return true;
}

// Asked once: channels that come later are ours.
void Channels::ask_for_names() {
  if (std::exchange(names_.asked, true)) return;
  const Place& place = catalog_.place();
  const std::string sql = "SHOW CHANNELS IN SCHEMA " + snow::sql_name(place.database) + "." +
                          snow::sql_name(place.schema);
  sql_.submit([this, sql](snow::SqlApi& api) -> SqlOwner::Done {
    Names found;
    try {
      const snow::StatementResult result = api.run(sql);
      for (std::size_t i = 0; i < result.rows.size(); ++i)
        found.names.push_back(result.text(i, "name"));
    } catch (const snow::SqlError& error) {
      if (error.retryable()) throw;
      found.failure =
          base::Error(base::ErrorKind::unavailable,
                      std::string("could not tell which channels there are: ") + error.what());
    }
    std::sort(found.names.begin(), found.names.end());
    found.names.erase(std::unique(found.names.begin(), found.names.end()), found.names.end());
    found.asked = found.known = true;
    return [this, names = std::move(found)] { names_ = names; };
  });
}

// Channels that the table had when it had more or fewer of them.
bool Channels::open_former(Shards& shards) {
  if (!shards.divided) return true;
  if (!names_.known) return false;
  if (names_.failure && shards.target->broken.empty()) shards.target->stop(*names_.failure);
  if (!shards.former) {
    shards.former.emplace();
    const std::size_t count = shards.writers.size();
    for (const std::string& name : names_.names) {
      const auto shard = parse_shard_name(name, shards.base);
      if (shard && shard->shards != count)
        shards.former->emplace_back(*shard, &start(*shards.target, name));
    }
    if (!shards.former->empty()) {
      log::info("table \"" + shards.target->table.table +
                "\" had another number of channels before");
    }
  }
  auto& former = *shards.former;
  if (std::any_of(former.begin(), former.end(), [](const auto& one) { return !one.second->ready; }))
    return false;
  for (const auto& [shard, writer] : former) {
    shards.old.add(shard, writer->marks);
    writer->closing = true;
  }
  former.clear();
  return true;
}

void Channels::recall(Shards& shards) {
  std::vector<std::string> names;
  std::vector<ChannelId> asked;
  for (const ChannelWriter* writer : shards.writers) {
    if (!wants_recall(*writer)) continue;
    recalling_.insert(writer->id);
    names.push_back(writer->name);
    asked.push_back(writer->id);
  }
  if (asked.empty()) return;
  sql_.submit(
      [this, names, asked, table = shards.target->table](snow::SqlApi& api) -> SqlOwner::Done {
        auto found = recall_marks(api, table, names);
        return [this, asked, found = std::move(found)] {
          for (const ChannelId id : asked) {
            recalling_.erase(id);
            const auto writer = writers_.find(id);
            if (writer == writers_.end()) continue;
            const auto marks = found.find(writer->second->name);
            if (marks != found.end()) writer->second->marks = marks->second;
          }
        };
      });
}

ChannelWriter& Channels::start(Target& target, const std::string& name) {
  const ChannelId id = next_id_++;
  auto writer = std::make_unique<ChannelWriter>(id, target, name, settings_.keep_lines);
  network_.open(id, target.pipe, name);
  ChannelWriter& added = *writers_.emplace(id, std::move(writer)).first->second;
  share_room();
  return added;
}

void Channels::share_room() {
  const std::size_t share = kOpenBodies / std::max<std::size_t>(writers_.size(), 1);
  for (const auto& [id, writer] : writers_)
    writer->body_limit = std::clamp(share, kSmallestBody, kLargestBody);
}

void Channels::opened(const std::vector<OpenedState>& news) {
  for (const OpenedState& state : news) {
    const auto found = writers_.find(state.channel);
    if (found == writers_.end()) continue;
    ChannelWriter& writer = *found->second;
    const auto marks = event::Marks::parse(state.status.committed_token);
    if (!marks) {
      throw base::Error(base::ErrorKind::unavailable,
                        "could not go on with channel \"" + writer.name + "\": its token \"" +
                            state.status.committed_token + "\" is not ours",
                        "Another program wrote there; choose another --channel-prefix.");
    }
    if (!writer.ready && writer.empty()) writer.marks = *marks;
    writer.had_errors = writer.had_errors || state.status.rows_errors > 0;
    writer.ready = true;
    log::info("opened channel \"" + writer.name + "\" of " + writer.target->pipe.pipe + " at \"" +
              state.status.committed_token + "\"");
  }
}

// A wide row is compressed at once: of those that wait for the network there may be many.
void Channels::send(ChannelWriter& writer, BatchPointer batch) {
  if (batch->body.size() > kLargestBody) compress(*batch);
  while (!network_.has_room(batch->weight())) pump_();
  network_.append(writer.id, std::move(batch));
}

void Channels::flush(ChannelWriter& writer) {
  if (BatchPointer batch = writer.cut()) send(writer, std::move(batch));
}

void Channels::flush_opened_before(std::chrono::steady_clock::time_point time) {
  for (ChannelWriter* writer : all()) {
    const auto opened = writer->opened();
    if (opened && *opened <= time) flush(*writer);
  }
}

void Channels::flush_all() {
  for (ChannelWriter* writer : all()) flush(*writer);
}

void Channels::flush(const Target& target) {
  for (ChannelWriter* writer : all()) {
    if (writer->target == &target) flush(*writer);
  }
}

bool Channels::is_empty(const Target& target) const {
  return std::all_of(writers_.begin(), writers_.end(), [&](const auto& entry) {
    return entry.second->target != &target || entry.second->empty();
  });
}

void Channels::reopen(const Target& target) {
  for (ChannelWriter* writer : all()) {
    if (writer->target != &target || writer->closing) continue;
    writer->ready = false;
    network_.reopen(writer->id);
  }
}

bool Channels::is_open(const Target& target) const {
  return std::all_of(writers_.begin(), writers_.end(), [&](const auto& entry) {
    return entry.second->target != &target || entry.second->closing || entry.second->ready;
  });
}

void Channels::open_again(const Target& target) {
  for (const auto& [key, shards] : by_key_) {
    if (shards->target == &target && shards->writers.empty()) shards->ready = false;
  }
}

void Channels::expect_owner(const std::vector<event::TopicPartition>& partitions) {
  for (const ChannelWriter* writer : all()) {
    if (belongs_to(*writer, partitions)) network_.release(writer->id);
  }
}

void Channels::revoke(const std::vector<event::TopicPartition>& partitions) {
  for (ChannelWriter* writer : all()) {
    if (writer->closing || !belongs_to(*writer, partitions)) continue;
    flush(*writer);
    writer->closing = true;
    network_.release(writer->id);
  }
  std::erase_if(by_key_, [&](const auto& entry) {
    const auto& writers = entry.second->writers;
    return !writers.empty() && writers.front()->closing;
  });
  last_ = nullptr;
}

void Channels::drop_closed() {
  const std::size_t before = writers_.size();
  for (auto entry = writers_.begin(); entry != writers_.end();) {
    const ChannelWriter& writer = *entry->second;
    const bool done = writer.closing && writer.empty();
    if (done) network_.forget(writer.id);
    entry = done ? writers_.erase(entry) : std::next(entry);
  }
  if (writers_.size() != before) share_room();
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
