// By which records an earlier run knew its topics, in a file beside its ack file (`FILE.topics`).
// Brokers forget a group's offset together with a deleted topic: then the ack file alone says how
// far it was read, and not in which topic of that name. Any record that was read tells that, the
// last one no better than others, so the file is written seldom; where it cannot be, or is missing,
// torn or another source's, it is as if there were none. One thread, the reader's.
#pragma once

#include "common/kafka/partition.hpp"
#include "tools/kcat-cdc/consume/progress.hpp"

#include <chrono>
#include <map>
#include <string>
#include <string_view>

namespace cdckit::kcat_cdc {

using Marks = std::map<kafka::Partition, Mark>;

// `{"v":1,"source":..,"marks":[["topic",partition,offset,timestamp,"hash"],..]}`
std::string format_marks(const Marks& marks, const std::string& source_json);
// None when the text is no such object, or of another source.
Marks parse_marks(std::string_view text, const std::string& source_json);

class MarkBook {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Takes up what an earlier run has left there. Without it nothing is kept.
  void open(std::string path, std::string source_json);
  // What the earlier run knew the partition by; an offset of -1: nothing.
  [[nodiscard]] Mark of(const kafka::Partition& partition) const;
  // Something was acknowledged. Looks once a second; writes what it has of a partition for the
  // first time, else now and then.
  void keep(Progress& progress, Time now);
  // The run ends.
  void keep_last(Progress& progress);

 private:
  static constexpr std::chrono::seconds kLookEvery{1};
  static constexpr std::chrono::seconds kSeldom{30};

  // True when a partition is among them that was not before.
  bool take(Progress& progress);
  void write(Time now);

  std::string path_;
  std::string source_;
  Marks marks_;
  Time looked_{};
  Time written_{};
  bool said_ = false;  // that it cannot be written
};

}  // namespace cdckit::kcat_cdc
