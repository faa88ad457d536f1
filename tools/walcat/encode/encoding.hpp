// The seam between the decoder and the ways to print a value: an encoding compiles a type into a
// Codec once per column, afterwards a value costs one indirect call. Values come as the server's
// own output text (UTF-8, ISO dates, UTC, hex bytea, shortest floats).
#pragma once

#include "tools/walcat/encode/types.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::walcat {

struct Codec;
class SaltedHash;
// Appends the value as JSON.
using AppendValue = void (*)(std::string& out, std::string_view text, const Codec& codec);

struct Codec {
  AppendValue append = nullptr;
  char delimiter = ',';
  std::vector<Codec> children;     // element, or fields
  std::vector<std::string> names;  // fields: `"name":` behind a comma or brace; a mask's text
  std::shared_ptr<const SaltedHash> hash = {};  // of a masked column
  std::size_t hash_digits = 0;
};

class Encoding {
 public:
  Encoding() = default;
  Encoding(const Encoding&) = delete;
  Encoding& operator=(const Encoding&) = delete;
  virtual ~Encoding() = default;
  [[nodiscard]] virtual Codec compile(const Type& type) const = 0;
};

// `plain`; others get their names here. Throws usage.
std::unique_ptr<Encoding> make_encoding(std::string_view name);

}  // namespace cdckit::walcat
