#include "tools/opensky-fetch/output/output_settings.hpp"

namespace cdckit::opensky_fetch {

std::vector<Field> fields_of(const OutputSettings& output, Endpoint endpoint, bool extended) {
  return output.fields.empty() ? default_fields(endpoint, extended) : output.fields;
}

}  // namespace cdckit::opensky_fetch
