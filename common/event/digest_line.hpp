// One line of `walcat digest`: of a bucket, or with --keys of a row.
#pragma once

#include "common/base/error.hpp"
#include "common/event/input.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace cdckit::event {

struct DigestLine {
  std::string table;  // schema.table
  std::string pos;
  std::string digest;
  std::uint64_t bucket = 0;
  std::uint64_t rows = 0;    // of a bucket
  std::string key_hash;      // of a row, else empty
  std::string_view raw_key;  // of a row: a slice of the line
  bool portable = false;     // in the form that other systems can make too
};

// Null when the object is such a line, else why not (static text).
const char* read_digest_line(std::string_view object, DigestLine& line);

// Gives all digest lines and control lines of the input to `taker`: take(std::string_view) says why
// a line is none, take(const Control&) nothing. Throws temporary when `stop_fd` became readable.
template <class Taker>
void read_digests(Input& input, int stop_fd, Taker& taker) {
  for (;;) {
    const Item& item = input.next(std::chrono::milliseconds(-1), stop_fd);
    switch (item.kind) {
      case ItemKind::row:
        if (const char* reason = taker.take(item.text))
          input.bad_line({item.line_number, {}, reason, {}, item.text});
        break;
      case ItemKind::control:
        taker.take(item.control);
        break;
      case ItemKind::event:
        input.bad_line({item.line_number, {}, "a change event, no digest line", {}, item.text});
        break;
      case ItemKind::interrupted:
        throw base::Error(base::ErrorKind::temporary, "could not compare: interrupted");
      default:
        return;
    }
  }
}

}  // namespace cdckit::event
