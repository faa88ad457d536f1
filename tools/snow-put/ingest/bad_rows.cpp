#include "tools/snow-put/ingest/bad_rows.hpp"

#include <algorithm>

namespace cdckit::snow_put {

void BadRows::add(const event::BadLine& bad,
                  std::uint64_t sequence,
                  const std::optional<base::Error>& cause) {
  try {
    end_.bad_line(bad);
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::data) throw;
    if (!failure_) failure_ = cause.value_or(error);
    limit_ = std::min(limit_, sequence);
  }
}

}  // namespace cdckit::snow_put
