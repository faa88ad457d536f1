// Rows of statements as NDJSON, streamed partition by partition; statements that are left to the
// server, and asked about later.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/snow-ddl/run/server.hpp"

#include <string>
#include <vector>

namespace cdckit::snow_ddl {

struct QueryFlags {
  std::string sql{};
  std::vector<snow::Binding> bindings{};  // of its `?`, in their order
  bool async = false;
  std::string result{};  // the handle of a statement that was left to the server
};

// [TYPE:]VALUE with a type of the SQL API, TEXT without one; `NULL:` is no value. Throws
// invalid_argument for NULL with one.
snow::Binding parse_binding(const std::string& text);

// Throws usage when there is no statement, or flags do not go together.
base::ExitCode query(const ServerSettings& settings,
                     const QueryFlags& flags,
                     cli::Context& context);

}  // namespace cdckit::snow_ddl
