#include "tools/cdc-check/values/key_hash.hpp"

#include <xxhash.h>

namespace cdckit::cdc_check {

KeyHash hash_of(std::string_view bytes) noexcept {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.low64, hash.high64};
}

}  // namespace cdckit::cdc_check
