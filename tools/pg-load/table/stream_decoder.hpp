// The events of a stream in the plain encoding, each by what is known of its source table: one
// EventDecoder a table, made again with each schema line. Used by the thread that reads.
#pragma once

#include "common/debezium/event_decoder.hpp"
#include "common/event/source.hpp"
#include "tools/pg-load/settings/settings.hpp"
#include "tools/pg-load/table/target_table.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace cdckit::pg_load {

using debezium::EventDecoder;
using event::FieldProblem;

class StreamDecoder {
 public:
  explicit StreamDecoder(DecoderSettings settings)
      : settings_(std::move(settings)), all_plain_(settings_.said == Encoding::plain) {}

  // What `hello` says about the encoding, "" when it says nothing. Throws data for one that is not
  // known.
  void hello(std::string_view encoding);
  void announce(const event::TableSchema& schema);

  // The event as it is, or a decoded copy that is good until the next call. Null when it cannot be
  // applied: problem(), problem_text().
  const event::Event* plain(const event::Event& event, const TargetTable& target);
  [[nodiscard]] const FieldProblem& problem() const noexcept { return *problem_; }
  [[nodiscard]] const std::string& problem_text() const noexcept { return known_->problem_text(); }

 private:
  EventDecoder& of(const event::Event& event, const TargetTable& target);

  struct Known {
    std::optional<event::TableSchema> schema;
    std::unique_ptr<EventDecoder> decoder;  // null: to be made with the next event
  };

  DecoderSettings settings_;
  bool all_plain_;                                    // hello says so, and no schema line says else
  std::map<std::string, Known, std::less<>> tables_;  // by raw names of schema and table
  event::SourceReader sources_;
  std::string last_schema_;
  std::string last_table_;
  EventDecoder* known_ = nullptr;  // of the last event
  event::Event copy_;
  const FieldProblem* problem_ = nullptr;
};

}  // namespace cdckit::pg_load
