// One session with the target, made again when it was lost, and the rules of what may be tried
// again.
#pragma once

#include "common/base/error.hpp"
#include "common/pg/connection.hpp"
#include "common/pg/server_error.hpp"
#include "common/retry/retry.hpp"
#include "common/signals/stop.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cdckit::pg_load {

struct SessionSettings {
  std::string conninfo;
  retry::Policy policy;
  signals::StopToken stop;
  // As PostgreSQL's own replication does it, where we may: triggers and foreign keys did their work
  // at the source and stay silent.
  bool replica = false;
};

using pg::is_row_error;
class Session {
 public:
  explicit Session(SessionSettings settings);

  // Connects when there is no connection. Throws temporary when the server is not there. Outside of
  // transactions bare names mean pg_catalog's: the user's search_path was noted and emptied.
  pg::Connection& connection();
  // What the user's search_path makes of a bare table name: the schema that has it, else the one
  // that a new table would go to.
  std::string schema_of(const std::string& table);
  // For what a user's names mean, and for questions to the catalog; until the transaction ends,
  // when there is one.
  void use_search_path();
  void empty_search_path();
  // Each connection has a new number: temporary tables of another number are gone.
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }
  // Changes with each connection and each rollback: a temporary table may be gone.
  [[nodiscard]] std::uint64_t epoch() const noexcept { return epoch_; }

  // Counts begin(): temporary tables ON COMMIT DELETE ROWS are empty when another one began.
  [[nodiscard]] std::uint64_t transaction() const noexcept { return transaction_; }

  // With the user's search_path, which the triggers of the target may count on.
  void begin();
  // COPY ... FROM STDIN in pieces, remembered so that roll_back() can leave it.
  void begin_copy(const std::string& sql);
  void put_copy(std::string_view bytes);
  std::uint64_t end_copy();
  void savepoint(const std::string& name);
  void release(const std::string& name);
  void roll_back_to(const std::string& name);
  // Back to before begin(); a connection that cannot do that is dropped.
  void roll_back() noexcept;
  // Commits; when the connection breaks just then, asks a new one what became of the transaction,
  // so that nothing is applied twice. Throws when it did not happen.
  void commit();
  void drop() noexcept;

  // Inside a catch block: waits and returns when trying again makes sense, else rethrows `error`.
  void pause_after(const base::Error& error);
  void succeeded() noexcept { attempts_.succeeded(); }

 private:
  void connect();
  void set_up();
  void set_search_path(const std::string& path);
  bool was_committed(const std::string& transaction);

  SessionSettings settings_;
  retry::Attempts attempts_;
  std::optional<pg::Connection> connection_;
  std::string search_path_;  // the user's
  std::string schemas_;      // on it, as an array
  std::uint64_t generation_ = 0;
  std::uint64_t epoch_ = 0;
  std::uint64_t transaction_ = 0;
  bool copying_ = false;
};

}  // namespace cdckit::pg_load
