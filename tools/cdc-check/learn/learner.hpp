// Looks at lines and writes the rule file that they keep, for somebody to read and change.
#pragma once

#include "common/event/event.hpp"
#include "common/event/source.hpp"
#include "tools/cdc-check/learn/column_profile.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace cdckit::cdc_check {

class Learner {
 public:
  void add_event(const event::Event& event);
  void add_row(const event::Event& row);
  [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
  // The rule file; `now` in nanoseconds.
  [[nodiscard]] std::string rules(Nanoseconds now) const;

 private:
  struct Table {
    std::uint64_t rows = 0;
    std::map<std::string, ColumnProfile> columns;
  };
  void add(const std::string& name, const ndjson::Object& row, bool plain);

  std::map<std::string, Table> tables_;  // by schema.table; plain rows: ""
  event::SourceReader reader_;
  std::uint64_t rows_ = 0;
  std::size_t columns_ = 0;
};

}  // namespace cdckit::cdc_check
