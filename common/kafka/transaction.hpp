// The transactions of one producer: begin, commit, abort, one after the other. Owns nothing but
// whether one is open; the producer, made with a transactional id, must outlive it. One thread, the
// producer's.
//
// Every step waits in slices and asks `enough` between them, so that a signal or a time limit ends
// it. What they throw is base::Error of the kind that the brokers' code has; after one the producer
// must be opened anew (Producer::reopen) and init() called again, whatever the class of the error:
// that settles what was open. An error of commit() leaves unknown whether it was committed.
#pragma once

#include "common/kafka/producer.hpp"

#include <functional>

// NOLINTNEXTLINE(readability-identifier-naming): the library's own name
struct rd_kafka_error_s;

namespace cdckit::kafka {

class Transaction {
 public:
  // True when waiting is over. Asked every few hundred milliseconds at least.
  using Enough = std::function<bool()>;

  explicit Transaction(Producer& producer) : producer_(producer) {}

  // Takes the id over from whoever had it, and ends its open transaction. Once for each handle.
  void init(const Enough& enough);
  void begin();
  // Everything that was enqueued is in the topics, or nothing is.
  void commit(const Enough& enough);
  void abort(const Enough& enough);
  [[nodiscard]] bool open() const noexcept { return open_; }

 private:
  using Step = std::function<rd_kafka_error_s*(int wait)>;
  void patiently(const char* what, const Step& step, const Enough& enough);
  void require_success(const char* what, rd_kafka_error_s* raw);

  Producer& producer_;
  bool open_ = false;
};

}  // namespace cdckit::kafka
