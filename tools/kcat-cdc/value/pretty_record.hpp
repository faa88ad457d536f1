// One record as one line for eyes: time, topic, partition and offset, operation, table, key, then
// what changed. Pure. Values are cut when long, and nothing in them can steer the terminal.
#pragma once

#include "common/kafka/record.hpp"

#include <string>
#include <string_view>

namespace cdckit::kcat_cdc {

class PrettyRecord {
 public:
  explicit PrettyRecord(bool color) : color_(color) {}
  // `line`: the record's line of JSON, a change event or any other object.
  void append(std::string& out, std::string_view line, const kafka::Record& record) const;

 private:
  void append_event(std::string& out, std::string_view line, std::string_view op) const;
  void append_columns(std::string& out, std::string_view object, std::string_view without) const;
  void append_changes(std::string& out, std::string_view before, std::string_view after) const;
  void paint(std::string& out, std::string_view text, std::string_view color) const;
  bool color_;
};

}  // namespace cdckit::kcat_cdc
