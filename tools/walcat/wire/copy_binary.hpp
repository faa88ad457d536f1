// COPY ... TO STDOUT (FORMAT binary), taken apart into the values that pgoutput would send as text
// (PostgreSQL manual, COPY, Binary Format). The server puts one row into each message, the header
// before the first and the trailer into one of its own. No allocation per row. Throws protocol for
// anything that the manual does not describe.
#pragma once

#include "common/pg/binary/decode.hpp"
#include "tools/walcat/wire/pgoutput.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cdckit::walcat {

class CopyBinaryReader {
 public:
  explicit CopyBinaryReader(std::vector<pg::BinaryForm> forms) : forms_(std::move(forms)) {}

  // False when the message holds no row: the trailer, or the header alone.
  bool take(std::string_view message);
  // Of the row taken last; they point into its message or into this object.
  [[nodiscard]] const std::vector<Value>& values() const noexcept { return values_; }

 private:
  struct Piece {
    std::size_t column = 0;
    std::size_t begin = 0;
    std::size_t length = 0;
  };

  void take_header(std::string_view& message);
  void take_field(std::size_t column, std::string_view bytes);

  std::vector<pg::BinaryForm> forms_;
  std::vector<Value> values_;
  std::vector<Piece> pieces_;  // columns whose text stands in converted_
  std::string converted_;
  bool header_taken_ = false;
  bool ended_ = false;
};

}  // namespace cdckit::walcat
