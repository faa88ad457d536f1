// The encoding `plain`: a value as row_to_json() prints it with time zone UTC, digit by digit
// (datum_to_json and its callees in PostgreSQL's json.c). Only white space may differ: JSON text
// never keeps a line break.
#pragma once

#include "tools/walcat/encode/encoding.hpp"

namespace cdckit::walcat {

class PlainEncoding : public Encoding {
 public:
  [[nodiscard]] std::string name() const override { return "plain"; }
  [[nodiscard]] ColumnForm column(const ColumnSource& source) const override;
  [[nodiscard]] static Codec compile(const Type& type);
};

}  // namespace cdckit::walcat
