#include "tools/pg-load/events/applier.hpp"

#include "common/base/check.hpp"
#include "common/log/log.hpp"

#include <exception>
#include <string>
#include <utility>

namespace cdckit::pg_load {

void Applier::require(ApplierState state, const char* what) const {
  base::require_invariant(state_ == state, what);
}

Session& Applier::session() {
  base::require_invariant(!is_busy(), "nobody uses the session while a set is being applied");
  return session_;
}

void Applier::begin() {
  if (in_transaction()) return;
  require(ApplierState::idle, "a transaction begins when none is under way");
  session_.begin();
  state_ = ApplierState::open;
}

void Applier::apply(Work work) {
  require(ApplierState::open, "sets are applied in an open transaction");
  state_ = ApplierState::applying;
  background_.start([this, work = std::move(work)] { work(session_); });
}

void Applier::finish_applying() {
  require(ApplierState::applying, "what is finished was being applied");
  state_ = ApplierState::open;
  background_.wait();
}

void Applier::commit_beside(Work work) {
  require(ApplierState::open, "what is committed is an open transaction");
  state_ = ApplierState::committing;
  background_.start([this, work = std::move(work)] {
    work(session_);
    session_.commit();
  });
}

void Applier::finish_commit() {
  require(ApplierState::committing, "what is finished was being committed");
  state_ = ApplierState::failed;
  background_.wait();
  state_ = ApplierState::idle;
}

void Applier::commit() {
  require(ApplierState::open, "what is committed is an open transaction");
  state_ = ApplierState::failed;
  session_.commit();
  state_ = ApplierState::idle;
}

void Applier::begin_bisecting() {
  require(ApplierState::open, "a search begins in an open transaction");
  state_ = ApplierState::bisecting;
}

void Applier::end_bisecting() noexcept {
  if (state_ == ApplierState::bisecting) state_ = ApplierState::open;
}

void Applier::wait_for_nothing() noexcept {
  try {
    background_.wait();
  } catch (const std::exception& error) {
    log::debug(std::string("given up: ") + error.what());
  }
}

void Applier::fail() noexcept {
  start_again();
  state_ = ApplierState::failed;
}

void Applier::give_up() noexcept {
  wait_for_nothing();
  state_ = ApplierState::failed;
}

void Applier::start_again() noexcept {
  wait_for_nothing();
  session_.roll_back();
  state_ = ApplierState::idle;
}

}  // namespace cdckit::pg_load
