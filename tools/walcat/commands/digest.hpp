// walcat digest: what the published tables hold, as digests of rows in key-hash buckets, at one
// exact position of the stream. pg-load verify and snow-put verify compare them with their side.
#pragma once

#include "common/cli/run_tool.hpp"
#include "common/pg/digest.hpp"
#include "tools/walcat/server/settings.hpp"

#include <cstdint>
#include <vector>

namespace cdckit::walcat {

struct DigestOptions {
  std::int64_t buckets = pg::kDigestBuckets;
  bool keys = false;
  bool control = false;
  bool portable = false;
};

void add_digest_flags(std::vector<cli::Flag>& into, DigestOptions& options);
base::ExitCode run_digest(const ConnectSettings& server,
                          const TableChoice& choice,
                          const DigestOptions& options,
                          cli::Context& context);

}  // namespace cdckit::walcat
