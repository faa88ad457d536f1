// Whether bytes are valid UTF-8, many at a time. Pure.
#pragma once

#include <string_view>

namespace cdckit::ndjson {

[[nodiscard]] bool is_utf8(std::string_view bytes) noexcept;

}  // namespace cdckit::ndjson
