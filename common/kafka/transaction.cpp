#include "common/kafka/transaction.hpp"

#include "common/base/unique_handle.hpp"
#include "common/kafka/failure.hpp"

#include <chrono>

#include <librdkafka/rdkafka.h>

namespace cdckit::kafka {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

using ErrorHandle = base::UniqueHandle<rd_kafka_error_t, rd_kafka_error_destroy>;

constexpr int kSlice = 250;              // milliseconds
constexpr milliseconds kAtOnce{100};     // an answer sooner than this was no waiting
constexpr milliseconds kRetryPause{50};  // then

}  // namespace

void Transaction::init(const Enough& enough) {
  open_ = false;
  patiently(
      "begin with the transactional id",
      [&](int wait) { return rd_kafka_init_transactions(producer_.handle_.get(), wait); },
      enough);
}

void Transaction::begin() {
  require_success("begin a transaction", rd_kafka_begin_transaction(producer_.handle_.get()));
  open_ = true;
}

void Transaction::commit(const Enough& enough) {
  open_ = false;
  patiently(
      "commit a transaction",
      [&](int wait) { return rd_kafka_commit_transaction(producer_.handle_.get(), wait); },
      enough);
}

void Transaction::abort(const Enough& enough) {
  open_ = false;
  patiently(
      "abort a transaction",
      [&](int wait) { return rd_kafka_abort_transaction(producer_.handle_.get(), wait); },
      enough);
}

// The classes in the library's order: a transaction that must be aborted may be called retriable
// too, and what is neither is fatal whether it says so or not.
void Transaction::patiently(const char* what, const Step& step, const Enough& enough) {
  for (;;) {
    const auto began = steady_clock::now();
    ErrorHandle error(step(kSlice));
    producer_.poll(milliseconds(0));
    if (!error) return;
    const bool again = rd_kafka_error_txn_requires_abort(error.get()) == 0 &&
                       rd_kafka_error_is_retriable(error.get()) != 0;
    if (!again || enough()) require_success(what, error.release());
    if (steady_clock::now() - began < kAtOnce) producer_.poll(kRetryPause);
  }
}

void Transaction::require_success(const char* what, rd_kafka_error_s* raw) {
  const ErrorHandle error(raw);
  if (!error) return;
  const int code = rd_kafka_error_code(error.get());
  if (is_fence(code)) producer_.shared_->note_fenced();
  throw failure(code, what, rd_kafka_error_string(error.get()));
}

}  // namespace cdckit::kafka
