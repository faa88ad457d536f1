// Owns the session of mode events, alone: everything that runs on it goes through here, and the
// state says what may. What was collected is applied by a thread of its own while the owner's
// thread reads and collects on; nobody gets the session meanwhile (a broken invariant, exit 70), so
// the two never use it at once. All members are for the owner's thread. Throws what the server
// says.
#pragma once

#include "tools/pg-load/events/background.hpp"
#include "tools/pg-load/target/session.hpp"

#include <functional>

namespace cdckit::pg_load {

enum class ApplierState {
  idle,        // no transaction
  open,        // a transaction, and nothing under way
  applying,    // sets are being sent in it
  committing,  // its last sets are being sent, and then it commits
  bisecting,   // open; what the server refused is searched for bad events, on the owner's thread
  failed,      // rolled back, or given up: the lines since the last commit are to be applied again
};

class Applier {
 public:
  using Work = std::function<void(Session&)>;

  explicit Applier(Session& session) : session_(session) {}

  [[nodiscard]] ApplierState state() const noexcept { return state_; }
  [[nodiscard]] bool is_busy() const noexcept {
    return state_ == ApplierState::applying || state_ == ApplierState::committing;
  }
  [[nodiscard]] bool has_failed() const noexcept { return state_ == ApplierState::failed; }
  [[nodiscard]] bool in_transaction() const noexcept {
    return state_ == ApplierState::open || state_ == ApplierState::applying ||
           state_ == ApplierState::bisecting;
  }
  // Nothing may be under way.
  Session& session();

  // idle -> open. Nothing when there is a transaction.
  void begin();
  // open -> applying: `work` begins on the other thread.
  void apply(Work work);
  // applying -> open, whatever became of it. Throws what the work threw.
  void finish_applying();
  // open -> committing: `work` and the COMMIT behind it.
  void commit_beside(Work work);
  // committing -> idle, or failed: throws what went wrong.
  void finish_commit();
  // open -> idle.
  void commit();
  // open <-> bisecting
  void begin_bisecting();
  void end_bisecting() noexcept;
  // -> failed. Waits for what is under way, and rolls back.
  void fail() noexcept;
  // -> failed, where the transaction stays as it is until it is rolled back by start_again().
  void give_up() noexcept;
  // -> idle, rolled back.
  void start_again() noexcept;

 private:
  void require(ApplierState state, const char* what) const;
  void wait_for_nothing() noexcept;

  Session& session_;
  ApplierState state_ = ApplierState::idle;
  Background background_;  // last: ends before what it uses
};

}  // namespace cdckit::pg_load
