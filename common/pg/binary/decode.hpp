// Values in PostgreSQL's binary send format turned into the text that the server's output function
// prints (ISO dates, UTC, hex bytea), for the types where that is cheap and exact. Sources:
// src/backend/utils/adt of PostgreSQL, the _send and _out functions. Pure; throws protocol for
// bytes that no server sends.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cdckit::pg {

enum class BinaryForm : std::uint8_t {
  text,  // the bytes are the text
  boolean,
  int2,
  int4,
  int8,
  oid,
  bytea,
  date,
  time,
  timestamp,
  timestamptz,
  numeric,
  uuid,
  jsonb,  // text behind a version byte
};

// Nothing for types whose text only the server can make.
std::optional<BinaryForm> binary_form(std::uint32_t oid) noexcept;
// `form` is not text or jsonb: those need no conversion, see raw_text().
void append_binary_text(std::string& out, BinaryForm form, std::string_view bytes);
// True when the text is a slice of the bytes, which `bytes` then is.
bool raw_text(BinaryForm form, std::string_view& bytes);

}  // namespace cdckit::pg
