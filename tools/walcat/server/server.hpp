// Connections to the source, with the retries that all commands share.
#pragma once

#include "common/pg/connection.hpp"
#include "common/retry/retry.hpp"
#include "tools/walcat/options.hpp"
#include "tools/walcat/server/catalog.hpp"

#include <memory>

namespace cdckit::walcat {

// Values that are names (regclass and its like) are printed with their schema unless that is public
// or the system's, whatever search path the role has. For a session that asks nothing any more.
inline constexpr const char* kValuePath = "SET search_path = public";

pg::ConnectOptions connect_options(const Options& options, bool replication);
retry::Policy retry_policy(const Options& options);
// Says that and why another attempt follows: the first time, and then once a minute, to everybody.
retry::Observer retry_observer();
// Tries again while the server is away.
std::unique_ptr<pg::Connection> connect(const Options& options,
                                        bool replication,
                                        signals::StopToken stop);

// Answers questions about tables in the middle of a stream over a connection of its own, which is
// made when first needed and again after it was lost.
class TableSource {
 public:
  explicit TableSource(const Options& options) : options_(options) {}
  CatalogTable describe(const Relation& relation);

 private:
  CatalogTable ask(const Relation& relation);
  const Options& options_;
  std::unique_ptr<pg::Connection> connection_;
};

}  // namespace cdckit::walcat
