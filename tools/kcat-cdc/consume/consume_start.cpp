// tested by tests/integration/kcat-cdc/test_consume.py::test_limit_from_and_until
// How a run begins: the first part of ConsumeLoop. What `end` and times mean is noted before the
// group is joined, for all partitions of the subscription, whoever will read them.
#include "common/base/error.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/text.hpp"
#include "tools/kcat-cdc/consume/consume.hpp"
#include "tools/kcat-cdc/topics/missing_topic.hpp"

#include <algorithm>
#include <sys/stat.h>

namespace cdckit::kcat_cdc {

using base::Error;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kAnswer{10'000};
// The time of a file is that of the kernel's last tick.
constexpr std::int64_t kTick = 20;

std::string source_json(const std::string& cluster, const std::string& group) {
  std::string out = R"({"cluster":)";
  ndjson::append_string(out, cluster);
  out += R"(,"group":)";
  ndjson::append_string(out, group);
  return out + '}';
}

// When the newest of them was: as it says, or its file does.
std::int64_t written_at(const std::vector<std::optional<ack::Record>>& records,
                        const std::vector<std::string>& files) {
  std::int64_t out = 0;
  for (const auto& record : records) out = std::max(out, record ? record->ts_ms : 0);
  for (const std::string& file : files) {
    struct stat found{};
    if (::stat(file.c_str(), &found) != 0) continue;
    constexpr std::int64_t kThousand = 1'000;
    out = std::max<std::int64_t>(
        out,
        found.st_mtim.tv_sec * kThousand + found.st_mtim.tv_nsec / (kThousand * kThousand) + kTick);
  }
  return out;
}

}  // namespace

void ConsumeLoop::begin() {
  const std::string cluster = patiently([&] { return consumer_.cluster_id(kAnswer / 2); });
  const std::string source = source_json(cluster, options_.group);
  const auto files = end_.read_files();
  kafka::Offsets earlier = read_earlier(files, source);
  patiently([&] {
    const std::vector<kafka::Partition> partitions = present();
    note_range(partitions);
    apply_from(partitions);
  });
  const auto& ack_files = end_.settings().ack_files;
  if (!ack_files.empty()) watch_.marks().open(ack_files.front() + ".topics", source);
  if (starts_.from().kind == From::Kind::stored)
    starts_.set_earlier(std::move(earlier), written_at(files, ack_files));
  end_.hello(source, options_.from);
  if (commits_.enabled() && !options_.group.empty()) watch_.watch_group();
  member_.subscribe();
}

// The partitions of the subscription that are there. A name must be; with a bounded run a pattern
// that fits nothing is a mistake too.
std::vector<kafka::Partition> ConsumeLoop::present() {
  const kafka::Subscription subscription = subscription_of(options_);
  std::vector<kafka::Partition> out;
  const auto topics = consumer_.topics(kAnswer);
  for (const kafka::TopicInfo& topic : topics) {
    if (!subscription.takes(topic.name)) continue;
    for (std::int32_t number = 0; number < topic.partitions; ++number)
      out.push_back({topic.name, number});
  }
  kcat_cdc::require_topics(subscription.topics(), names_of(topics), progress_.bounded());
  return out;
}

void ConsumeLoop::note_range(const std::vector<kafka::Partition>& partitions) {
  if (progress_.bounded()) progress_.note_ends(consumer_.ends(partitions, kAnswer));
}

void ConsumeLoop::apply_from(const std::vector<kafka::Partition>& partitions) {
  if (starts_.from().kind == From::Kind::stored) return;
  std::size_t members = options_.group.empty() ? 0 : consumer_.members(kAnswer);
  if (members == 0) {
    const kafka::Offsets starts = resolve_from(partitions);
    try {
      // from here on the group's offsets count, whoever reads on
      if (starts_.commits()) consumer_.place(starts);
      starts_.note(starts);
      return;
    } catch (const Error&) {
      members = consumer_.members(kAnswer);
      if (members == 0) throw;
    }
  }
  log::warning("the group \"" + options_.group + "\" has " + std::to_string(members) +
               (members == 1 ? " member" : " members") +
               ": going on from what it has committed, --from " + options_.from +
               " is not applied");
  starts_.join_living();
  progress_.ignore_from();
}

kafka::Offsets ConsumeLoop::resolve_from(const std::vector<kafka::Partition>& partitions) {
  const From& from = starts_.from();
  kafka::Offsets out;
  switch (from.kind) {
    case From::Kind::stored:
      break;
    case From::Kind::beginning:
      return consumer_.begins(partitions, kAnswer);
    case From::Kind::end:
      return consumer_.ends(partitions, kAnswer);
    case From::Kind::offset:
      for (const kafka::Partition& partition : partitions) out[partition] = from.value;
      break;
    case From::Kind::time: {
      const kafka::Offsets ends = consumer_.ends(partitions, kAnswer);
      out = consumer_.offsets_for_time(partitions, from.value, kAnswer);
      for (auto& [partition, offset] : out) {
        if (offset < 0) offset = ends.at(partition);
      }
      break;
    }
  }
  return out;
}

}  // namespace cdckit::kcat_cdc
