#include "common/ndjson/utf8.hpp"

#include <simdjson.h>

namespace cdckit::ndjson {

bool is_utf8(std::string_view bytes) noexcept {
  return simdjson::validate_utf8(bytes.data(), bytes.size());
}

}  // namespace cdckit::ndjson
