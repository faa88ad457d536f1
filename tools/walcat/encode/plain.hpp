// The encoding `plain`: a value as row_to_json() prints it with time zone UTC, digit by digit
// (datum_to_json and its callees in PostgreSQL's json.c). Only white space may differ: JSON text
// never keeps a line break. A composite that does not fit its type is a string of its text.
#pragma once

#include "tools/walcat/encode/encoding.hpp"

namespace cdckit::walcat {

class PlainEncoding : public Encoding {
 public:
  [[nodiscard]] std::string name() const override { return "plain"; }
  [[nodiscard]] ColumnForm column(const ColumnSource& source) const override;
  // `inside`: of a composite, whose attributes may be others than the catalog said.
  [[nodiscard]] static Codec compile(const Type& type, bool inside = false);
};

}  // namespace cdckit::walcat
