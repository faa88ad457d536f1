// A change event in the plain encoding, whatever encoding its stream has: values that Debezium
// wrote are decoded, its placeholders become `unchanged`, and what nobody can read is refused. One
// per table; used by the thread that reads. Streams that say `plain` pass without being looked at.
#pragma once

#include "common/debezium/connect_schema.hpp"
#include "common/debezium/plain_check.hpp"
#include "common/event/event.hpp"
#include "common/event/schema.hpp"
#include "common/event/unavailable.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cdckit::debezium {

enum class Encoding { unsaid, plain, debezium };
// Throws data for any other word; "" is unsaid.
Encoding parse_encoding(std::string_view word);
// The words of --binary-handling; "" is unsaid.
Binary parse_binary(std::string_view word);

struct DecoderSettings {
  Encoding said = Encoding::unsaid;               // by `hello`
  Encoding otherwise = Encoding::unsaid;          // --encoding: where nobody said it
  Binary binary = Binary::unsaid;                 // --binary-handling
  std::string unavailable = event::kUnavailable;  // --unavailable-value
};

// What the target's column says where the source says nothing.
struct ColumnFacts {
  std::string type;  // as format_type() prints it
  Decoding how;
  PlainCheck check;
};

// What of type `type` the connector's defaults make, and what of it could be either.
ColumnFacts facts_of(std::string_view type, Binary binary);

// The table that events go to.
struct DecoderTarget {
  std::string name;  // for messages
  // By the source's name of a column; nothing: the target has none. Asked once for each name.
  std::function<std::optional<ColumnFacts>(const std::string& column)> column;
};

class EventDecoder {
 public:
  // `schema`: the newest schema line of the table; null when none came. What it says about the
  // encoding counts for this table.
  EventDecoder(DecoderTarget target,
               const event::TableSchema* schema,
               const DecoderSettings& settings);

  // Nothing is to be done: decode() need not be called.
  [[nodiscard]] bool passes() const noexcept { return encoding_ == Encoding::plain; }
  // Replaces key, old_key, new_key, before, after and unchanged by slices of memory of this
  // decoder, good until the next call. Null when fine, else why the event cannot be applied:
  // problem_text().
  const event::FieldProblem* decode(event::Event& event);
  // `column "x" (numeric(10,2)): why: value`
  [[nodiscard]] const std::string& problem_text() const noexcept { return problem_text_; }

 private:
  struct Field {
    std::string name;
    ColumnFacts facts;
    bool known = false;
  };

  void plan_by_schema(std::string_view value_schema);
  [[nodiscard]] Field make_field(std::string name) const;
  // The schema may stand beside each event, in the same line.
  void read_own_schema(const event::Event& event);
  const Field& find(std::string_view raw_name, std::size_t place);
  const event::FieldProblem* decode_row(std::string_view& row, std::string& into, bool is_after);
  const event::FieldProblem* check_row(std::string_view row);
  const event::FieldProblem* fail(const event::FieldProblem& problem,
                                  const Field& field,
                                  std::string_view json);

  DecoderTarget target_;
  std::vector<event::Column> columns_;                          // the source's
  std::vector<std::pair<std::string, std::string>> by_schema_;  // name and Connect schema
  Encoding encoding_;
  Binary binary_;
  bool look_for_schema_ = false;
  std::string own_schema_;
  event::Unavailable unavailable_;
  std::vector<Field> fields_;  // in the order in which they were first met
  ValueDecoder values_;
  struct Memory {
    std::string rows[5];
    std::string unchanged;
    std::string name;
  } memory_;
  std::string problem_text_;
};

}  // namespace cdckit::debezium
