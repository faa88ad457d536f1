// Connections to the source, with the retries that all commands share.
#pragma once

#include "common/pg/connection.hpp"
#include "common/retry/retry.hpp"
#include "tools/walcat/server/catalog.hpp"
#include "tools/walcat/server/settings.hpp"

#include <memory>

namespace cdckit::walcat {

// Values that are names (regclass and its like) are printed with their schema unless that is public
// or the system's, whatever search path the role has. For a session that asks nothing any more.
inline constexpr const char* kValuePath = "SET search_path = public";

pg::ConnectOptions connect_options(const ConnectSettings& settings, bool replication);
retry::Policy retry_policy(const ConnectSettings& settings);
// Says that and why another attempt follows: the first time, and then once a minute, to everybody.
retry::Observer retry_observer();
// Tries again while the server is away.
std::unique_ptr<pg::Connection> connect(const ConnectSettings& settings,
                                        bool replication,
                                        signals::StopToken stop);

// Answers questions about tables in the middle of a stream over a connection of its own, which is
// made when first needed and again after it was lost.
class TableSource {
 public:
  explicit TableSource(const ConnectSettings& settings) : settings_(settings) {}
  // One that is there already and has no other user: it spares the first question a login.
  void use(std::unique_ptr<pg::Connection> connection) { connection_ = std::move(connection); }
  CatalogTable describe(const Relation& relation);
  // See find_unsent_rows; false where the question cannot be asked. Does not throw.
  bool has_unsent_rows(const std::vector<std::string>& publications,
                       std::uint32_t since,
                       std::uint32_t oid);

 private:
  pg::Connection& connection();
  CatalogTable ask(const Relation& relation);
  const ConnectSettings& settings_;
  std::unique_ptr<pg::Connection> connection_;
};

}  // namespace cdckit::walcat
