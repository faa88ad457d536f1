// The seam between the decoder and the ways to print a value: an encoding compiles a column into a
// ColumnForm once, afterwards a value costs one indirect call. Values come as the server's own
// output text (UTF-8, ISO dates, UTC, hex bytea, shortest floats).
#pragma once

#include "tools/walcat/encode/types.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::walcat {

struct Codec;
struct Table;
// Appends the value as JSON.
using AppendValue = void (*)(std::string& out, std::string_view text, const Codec& codec);

struct Codec {
  AppendValue append = nullptr;
  TypeForm form = TypeForm::text;
  bool inside = false;  // a composite
  char delimiter = ',';
  std::int32_t parameter = 0;      // what the function at hand needs: a scale, digits
  std::vector<Codec> children;     // element, or fields
  std::vector<std::string> names;  // fields: `"name":` behind a comma or brace; a mask's text
  std::shared_ptr<const void> state = {};  // what the function at hand owns besides: a salted hash
};

// A column as an encoding sees it.
struct ColumnSource {
  std::string_view name;
  const Type& type;
  std::int32_t modifier = -1;
  int dimensions = 0;  // of an array, as declared
  bool nullable = true;
  std::string_view default_expression = {};  // as pg_get_expr() prints it; empty: none
  bool snapshot = false;                     // for rows read in a snapshot
};

// What an encoding makes of a column. Texts are raw JSON.
struct ColumnForm {
  Codec codec;
  bool printed = true;        // false: this encoding has no place for it
  std::string null = "null";  // for NULL
  std::string unchanged =
      {};                   // for a value that was not sent; empty: left out, named in `unchanged`
  std::string unsent = {};  // where only the key was sent; empty: left out
  std::string schema = {};  // a Connect schema, where the encoding has such
};

// What stands around a logical message, and how its bytes are printed.
struct MessageForm {
  std::string key_head;
  std::string key_tail;
  std::string value_head = ",\"op\":";
  std::string line_tail = "}\n";
  bool hex_content = false;
  bool url_safe_content = false;
};

class Encoding {
 public:
  Encoding() = default;
  Encoding(const Encoding&) = delete;
  Encoding& operator=(const Encoding&) = delete;
  virtual ~Encoding() = default;
  // As --encoding, `hello` and `schema` lines say it.
  [[nodiscard]] virtual std::string name() const = 0;
  [[nodiscard]] virtual ColumnForm column(const ColumnSource& source) const = 0;
  // `,"name":`
  [[nodiscard]] virtual std::string member_name(std::string_view name) const;
  // Finishes a table whose columns are settled: what stands around keys and values, and what its
  // schema line says of this encoding.
  virtual void wrap(Table& table, std::string_view topic_prefix) const;
  [[nodiscard]] virtual MessageForm message_form() const;
  // A statement for each connection that rows come from; may be empty.
  [[nodiscard]] virtual std::string session_setup() const;
};

}  // namespace cdckit::walcat
