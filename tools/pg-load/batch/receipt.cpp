#include "tools/pg-load/batch/receipt.hpp"

#include "common/ndjson/text.hpp"

namespace cdckit::pg_load {

std::string Receipt::json() const {
  std::string out = R"({"tool":"pg-load","table":)";
  ndjson::append_string(out, table);
  const auto number = [&out](std::string_view name, std::uint64_t value) {
    out.append(",\"").append(name).append("\":").append(std::to_string(value));
  };
  number("rows_in", rows_in);
  number("inserted", inserted);
  number("updated", updated);
  number("deleted", deleted);
  number("unchanged", unchanged);
  number("rejected", rejected);
  number("bytes", bytes);
  number("ms", milliseconds);
  out += ",\"pos\":";
  if (pos.empty()) {
    out += "null";
  } else {
    ndjson::append_string(out, pos);
  }
  if (!gap_to.empty()) {
    out += ",\"gap\":{\"from\":";
    ndjson::append_string(out, gap_from);
    out += ",\"to\":";
    ndjson::append_string(out, gap_to);
    out += '}';
  }
  return out + "}";
}

}  // namespace cdckit::pg_load
