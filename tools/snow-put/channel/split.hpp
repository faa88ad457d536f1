// Batches as the service takes them: compressed, and cut in two where it does not take them whole.
// Pure.
#pragma once

#include "tools/snow-put/channel/batch.hpp"

#include <utility>

namespace cdckit::snow_put {

// The service's limit on a request body, after compression.
inline constexpr std::size_t kLargestFrame = 4'000'000;

// The body becomes a frame, and the batch gets its request id.
void compress(Batch& batch);
// Two batches of half the rows each, with tokens of their own. The batch is compressed and has two
// rows or more.
std::pair<BatchPointer, BatchPointer> split(const Batch& batch);

}  // namespace cdckit::snow_put
