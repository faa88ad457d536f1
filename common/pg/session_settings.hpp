// Settings of role, database or server that change what is read or what a text means, pinned for
// the session. What pg_dump and postgres_fdw pin is pinned here, and what else would make a value
// come out, or go in, as another one. Pure text: the caller executes it. No thread, throws nothing.
#pragma once

#include <string>

namespace cdckit::pg {

// One statement list for a new session, by the server's version (150020). Names are left as they
// are: see kNoSearchPath.
std::string pin_settings(int server_version);

// From here on every bare name is one of pg_catalog: nobody's operator, function or type of the
// same name is taken for it. Names that a user typed must be looked up before.
inline constexpr const char* kNoSearchPath =
    "SELECT pg_catalog.set_config('search_path', '', false)";

// For those who read whole tables: where row security would hide rows, the server refuses.
inline constexpr const char* kRefuseRowSecurity = "SET row_security = off";

}  // namespace cdckit::pg
