// The flag --header: headers that every record gets, NAME=VALUE, and headers from columns of the
// row, NAME=@COLUMN (of a delete from `before`, else from the key). A column's text is the header,
// SQL NULL is Kafka's null; a column that is not there, or only its placeholder, makes no header.
// Pure.
#pragma once

#include "common/event/event.hpp"
#include "common/event/unavailable.hpp"
#include "common/kafka/record.hpp"

#include <string>
#include <vector>

namespace cdckit::kcat_cdc {

class HeaderRules {
 public:
  HeaderRules() = default;
  // Throws usage for a text that is none, or a name that the tool uses itself.
  explicit HeaderRules(const std::vector<std::string>& rules,
                       std::string_view unavailable = event::kUnavailable);
  // Valid until the next call, and no longer than the event's line.
  void append(std::vector<kafka::Header>& headers, const event::Event& event);

 private:
  struct Rule {
    std::string name;
    std::string text;  // the value, or the column's name as it stands in JSON
    bool column = false;
    std::string scratch;  // a value without its escapes
  };
  std::vector<Rule> rules_;
  event::Unavailable unavailable_{event::kUnavailable};
};

// What a column of the event's row holds, raw; empty when it is not there, or only what stands for
// a large value that did not change.
std::string_view row_value(const event::Event& event,
                           std::string_view raw_name,
                           const event::Unavailable& unavailable);

}  // namespace cdckit::kcat_cdc
