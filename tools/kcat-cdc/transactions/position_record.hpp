// The value of a position record: how far a transactional producer has come, written in the same
// transaction as the rows up to there. Pure.
//   {"v":1,"source":{..},"target":"flights","stream":"<position>","snapshot":null}
#pragma once

#include "common/event/marks.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cdckit::kcat_cdc {

struct PositionRecord {
  std::string source;  // raw JSON of `hello`; empty: the input never said
  std::string target;  // what topics' names begin with
  event::Marks marks;  // of the stream and of the snapshot
  bool operator==(const PositionRecord&) const = default;
};

std::string format(const PositionRecord& record);
// Nothing when the text is none of ours.
std::optional<PositionRecord> parse_position_record(std::string_view text);

// Throws unavailable when the record is another source's or another target's: its positions say
// nothing about this one. `source` empty: the input does not say where it comes from.
void require_target(const PositionRecord& stored, const std::string& target, const std::string& id);
void require_source(const PositionRecord& stored, std::string_view source, const std::string& id);

// The part of the topics' names that all of them share, and the position topic made of it:
// `flights` and `flights.__position.<id>`.
std::string target_base(const std::string& topic_prefix, const std::string& pattern);
std::string position_topic_of(const std::string& base, const std::string& id);

}  // namespace cdckit::kcat_cdc
