// --check: the connection, the table and what may be done with it, one line each.
#pragma once

#include "tools/pg-load/settings/settings.hpp"
#include "tools/pg-load/target/session.hpp"

namespace cdckit::pg_load {

base::ExitCode check(const Options& options, Session& session);

}  // namespace cdckit::pg_load
