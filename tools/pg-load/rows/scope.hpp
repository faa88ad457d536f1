// --scope COLUMN=VALUE of a picture: which rows are its own. A row of another scope would be added
// and, as it is not of this picture, never be deleted again. Pure.
#pragma once

#include "tools/pg-load/table/row_encoder.hpp"

#include <string>

namespace cdckit::pg_load {

class Scope {
 public:
  // None: all rows are its own.
  Scope() = default;
  // Throws unavailable when the table has no such column.
  Scope(const TargetTable& target, const std::string& column, const std::string& value);

  // Of the row that the encoder has read.
  [[nodiscard]] bool holds(const RowEncoder& row);
  // Null when it held.
  [[nodiscard]] std::string problem_text(const RowEncoder& row) const;
  // Condition on alias `t`, empty without a scope.
  [[nodiscard]] std::string condition() const;

 private:
  std::string table_;
  std::string name_;
  std::string type_;
  std::string equals_;
  std::string value_;
  std::string json_;   // the value as a JSON string
  std::string field_;  // and as a field of binary COPY, empty when the server would have to cast it
  std::size_t column_ = 0;
  Codec codec_ = Codec::cast;
  FieldEncoder fields_;
  std::string scratch_;
};

}  // namespace cdckit::pg_load
