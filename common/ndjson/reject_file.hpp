// Where rejected lines go with --reject FILE: one NDJSON line each,
// {"tool","source","line","pos","reason","code","row"}, `row` the raw JSON value or {"base64":..}
// when it is none. A rejected line counts as done only after sync().
#pragma once

#include "common/io/file_descriptor.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace cdckit::ndjson {

struct Rejection {
  std::string_view source;
  std::uint64_t line = 0;
  std::string_view pos;  // text, empty: null
  std::string_view reason;
  std::string_view code;  // SQLSTATE or the service's own code, empty: null
  std::string_view row;   // the raw line
  bool row_is_json = true;
};

class RejectFile {
 public:
  // Opens for appending. Throws cannot_create.
  RejectFile(std::string path, std::string tool);
  void add(const Rejection& rejection);
  // Write + fdatasync of what was added since the last sync.
  void sync();
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

 private:
  std::string path_;
  std::string tool_;
  io::FileDescriptor fd_;
  std::string pending_;
  std::uint64_t count_ = 0;
  bool dirty_ = false;
};

}  // namespace cdckit::ndjson
