// One named channel: what to send next, and what an answer means. Pure: no I/O, no clock, one
// thread.
//
// A batch enters the queue before it is first sent and leaves it, oldest first, once the committed
// token has passed it and the counters have grown by its rows. The same continuation token always
// goes with the same bytes. A channel that broke is opened again; what its token covers leaves the
// queue, the rest is sent anew. An answer that is older than what is known is passed over.
//
// Throws StreamError when another writer has the channel or the service refuses for good, temporary
// when it commits or answers nothing for too long.
#pragma once

#include "common/retry/retry.hpp"
#include "common/snow/streaming_answer.hpp"
#include "tools/snow-put/channel/batch.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::snow_put {

// Batches that are durable, with the rows among them that were counted as refused.
struct Settled {
  std::vector<BatchPointer> batches;
  std::uint64_t row_errors = 0;
  std::string error_message;
  bool all = false;  // nothing is on its way any more
};

class ChannelMachine {
 public:
  using Time = std::chrono::steady_clock::time_point;

  enum class Action { none, open, append };
  // What is to be sent, not before `at`.
  struct Wish {
    Action action = Action::none;
    Time at{};
    const Batch* batch = nullptr;
    std::string_view continuation_token{};
    std::string_view request_id{};
    unsigned tries = 0;
  };

  ChannelMachine(std::string name, retry::Policy policy);

  void add(BatchPointer batch, Time now);
  [[nodiscard]] Wish wish() const;
  // What wish() gave is on its way: no other wish until its answer came.
  void sent();

  // True when rows may go on from the token: it was the first opening, or one that was asked for.
  bool opened(const snow::OpenedChannel& answer, Time now);
  void appended(std::string continuation_token, Time now);
  void failed(const base::Error& error, Time now);
  // What a status call said; nullptr: it does not know the channel.
  void saw(const snow::ChannelStatus* status, Time now);
  // The service was out of reach, so an earlier life of it may be over.
  void interrupted() noexcept { interrupted_ = true; }
  // The table has changed: opened anew before anything else is sent.
  void reopen(Time now);
  // From now on another owner is expected (its partition was revoked).
  void release(Time now) noexcept {
    if (!released_) released_ = now;
  }
  // Throws temporary when nothing was committed for too long.
  void check_patience(Time now) const;

  Settled take_settled();
  [[nodiscard]] bool has_settled() const noexcept { return !settled_.empty(); }
  // Something was accepted and is not settled: a status answer would help.
  [[nodiscard]] bool awaits_commit() const noexcept;
  [[nodiscard]] bool idle() const noexcept { return queue_.empty() && settled_.empty(); }
  // Idle, and no answer is awaited.
  [[nodiscard]] bool at_rest() const noexcept { return idle() && phase_ != Phase::opening; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const snow::ChannelStatus& state() const noexcept { return state_; }
  [[nodiscard]] std::uint64_t reopenings() const noexcept { return reopenings_; }

 private:
  enum class Phase { closed, opening, ready, appending };
  enum class Sent { no, in_flight, accepted };
  struct Entry {
    BatchPointer batch;
    Sent sent = Sent::no;
    unsigned tries = 0;
  };
  struct Trouble {  // since the last time that something went well
    std::optional<Time> since;
    Time next_try{};
    Time missing_since{};
    bool missing = false;
  };
  struct Counters {
    std::uint64_t base = 0;     // rows counted before ours
    std::uint64_t ours = 0;     // rows settled since
    std::uint64_t errors = 0;   // as last seen
    std::uint64_t carried = 0;  // errors not handed out
  };
  struct Opening {
    bool wanted = true;  // somebody waits for it
    bool first = true;
    std::string request_id;
    unsigned tries = 0;
  };
  enum class Place { same, entry, older, foreign };
  struct Placed {
    Place place = Place::foreign;
    std::size_t entry = 0;
  };

  [[nodiscard]] std::size_t first_unsent() const;
  [[nodiscard]] std::size_t in_flight() const;
  void try_again(const base::Error& error, Time now, const char* what);
  void went_well() noexcept { trouble_ = {}; }
  void broken(const base::Error& reason, Time now);
  void taken_over(const base::Error& reason, Time now);
  [[noreturn]] void give_up(const std::string& why) const;
  void check_released(Time now) const;
  void divide(std::size_t index, const snow::StreamError& error);
  void failed_to_open(const base::Error& error, Time now);
  void failed_to_append(const base::Error& error, Time now);
  bool missing_for_long(Time now);
  [[nodiscard]] Placed place(std::string_view token) const;
  void go_on_from(const snow::ChannelStatus& status, Time now);
  void start_over(const snow::ChannelStatus& status);
  void cover(std::size_t count, const std::string& token, Time now);
  void count(const snow::ChannelStatus& status);
  void settle(const snow::ChannelStatus& status, Time now);
  void settle_front();

  std::string name_;
  retry::Policy policy_;
  retry::Backoff backoff_;
  Phase phase_ = Phase::closed;
  std::deque<Entry> queue_;
  std::size_t covered_ = 0;  // of the queue's front: the token has passed them
  std::vector<BatchPointer> settled_;
  std::string continuation_token_;
  snow::ChannelStatus state_;  // the newest that is believed
  Counters counters_;
  Opening opening_;
  Trouble trouble_;
  Time last_progress_{};
  bool interrupted_ = false;
  std::optional<Time> released_;
  std::uint64_t reopenings_ = 0;
  unsigned refused_in_a_row_ = 0;
};

}  // namespace cdckit::snow_put
