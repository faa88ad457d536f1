// A SELECT that shows a mirror's table as it was at a position of its source: the mirror and what
// the journal has beyond it, or the journal alone where the mirror is further. Asks through the
// SQL API.
#pragma once

#include "common/snow/sql_api.hpp"
#include "common/snow/table_description.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cdckit::snow_put {

struct MirrorPicture {
  snow::TableDescription mirror;
  std::string select;     // of the columns asked for
  bool reached = false;   // everything below the position is known to be there
  std::string stands_at;  // what is known to be there, for messages
};

struct PictureRequest {
  snow::TableAddress state;
  std::string prefix;
  snow::TableAddress mirror;
  std::string pos;           // 16 hex digits
  std::string acknowledged;  // by an ack file; empty: what the state says
};

// Throws unavailable where the mirror is beyond the position and the journal was pruned.
MirrorPicture mirror_picture(snow::SqlApi& api, const PictureRequest& request);

}  // namespace cdckit::snow_put
