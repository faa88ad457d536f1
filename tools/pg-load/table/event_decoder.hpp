// A change event in the plain encoding, whatever encoding its stream has: values that Debezium
// wrote are decoded, its placeholders become `unchanged`, and what nobody can read is refused. One
// per table; used by the thread that reads. Streams that say `plain` pass without being looked at.
#pragma once

#include "common/event/event.hpp"
#include "common/event/schema.hpp"
#include "tools/pg-load/table/target_table.hpp"
#include "tools/pg-load/value/connect_schema.hpp"
#include "tools/pg-load/value/plain_check.hpp"
#include "tools/pg-load/value/unavailable.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cdckit::pg_load {

enum class Encoding { unsaid, plain, debezium };
// Throws data for any other word; "" is unsaid.
Encoding parse_encoding(std::string_view word);

struct DecoderSettings {
  Encoding said = Encoding::unsaid;        // by `hello`
  Encoding otherwise = Encoding::unsaid;   // --encoding: where nobody said it
  Binary binary = Binary::unsaid;          // --binary-handling
  std::string unavailable = kUnavailable;  // --unavailable-value
};

class EventDecoder {
 public:
  // `schema`: the newest schema line of the table; null when none came. What it says about the
  // encoding counts for this table.
  EventDecoder(const TargetTable& target,
               const event::TableSchema* schema,
               const DecoderSettings& settings);

  // Nothing is to be done: decode() need not be called.
  [[nodiscard]] bool passes() const noexcept { return encoding_ == Encoding::plain; }
  // Replaces key, old_key, before, after and unchanged by slices of memory of this decoder, good
  // until the next call. Null when fine, else why the event cannot be applied: problem_text().
  const FieldProblem* decode(event::Event& event);
  // `column "x" (numeric(10,2)): why: value`
  [[nodiscard]] const std::string& problem_text() const noexcept { return problem_text_; }

 private:
  struct Field {
    std::string name;
    std::string type;
    Decoding how;
    PlainCheck check = {};  // in a stream that does not say its encoding
  };

  void plan_by_type();
  void plan_by_schema(std::string_view value_schema, const std::vector<event::Column>& columns);
  [[nodiscard]] std::string type_of(const std::vector<event::Column>& columns,
                                    const std::string& name) const;
  // The schema may stand beside each event, in the same line.
  void read_own_schema(const event::Event& event);
  const Field* find(std::string_view raw_name, std::size_t place);
  const FieldProblem* decode_row(std::string_view& row, std::string& into);
  const FieldProblem* check_row(std::string_view row);
  const FieldProblem* fail(const FieldProblem& problem, const Field& field, std::string_view json);

  std::string table_;                                       // the target's name
  std::vector<std::pair<std::string, std::string>> types_;  // its columns
  Encoding encoding_;
  Binary binary_;
  bool look_for_schema_ = false;
  std::string own_schema_;
  Unavailable unavailable_;
  std::vector<Field> fields_;
  ValueDecoder values_;
  std::string rows_[4];
  std::string unchanged_;
  std::string scratch_;
  std::string problem_text_;
};

}  // namespace cdckit::pg_load
