// A streaming service in memory with the sequencer rules of the real one, in a time that the test
// makes. It breaks as often as it is told to, and notes what no client may do.
#pragma once

#include "common/compress/zstd.hpp"
#include "common/snow/streaming_answer.hpp"
#include "tools/snow-put/channel/batch.hpp"
#include "tools/snow-put/channel/split.hpp"

#include <deque>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace cdckit::snow_put::model {

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

class Service {
 public:
  explicit Service(unsigned seed) : random_(seed) {}

  std::vector<std::string> journal;  // what is committed, in order
  std::uint64_t bad = 0;             // rows refused: those that begin with `bad`
  std::vector<std::string> violations;
  std::size_t largest_body = 1000;  // lines
  bool commits = true;

  snow::OpenedChannel open(int now) {
    commit(now);
    if (!accepted_.empty()) {
      throw snow::StreamError(
          snow::StreamFault::uncommitted, "409", "ERR_CHANNEL_HAS_UNCOMMITTED_DATA");
    }
    ++client_;
    row_ = 0;
    code_ = "SUCCESS";
    used_.clear();
    return {continuation(), state()};
  }

  std::string append(const std::string& token, const Batch& batch, int now) {
    commit(now);
    const std::string body = compress::zstd_decompress(batch.frame);
    const int client = std::stoi(token);
    const int row = std::stoi(token.substr(token.find('_') + 1));
    if (client != client_) {
      throw snow::StreamError(
          snow::StreamFault::taken_over, "400", "STALE_CONTINUATION_TOKEN_SEQUENCER");
    }
    if (code_ != "SUCCESS") throw snow::StreamError(snow::StreamFault::reopen, "409", code_);
    if (lines_of(body).size() > largest_body)
      throw snow::StreamError(snow::StreamFault::too_large, "413", "");
    if (body.find("poison") != std::string::npos)
      throw snow::StreamError(snow::StreamFault::refused, "400", "ERR_POISON");
    if (row < row_) {
      if (used_.at(row) != body) violations.push_back("other bytes under a used token");
      return continuation();
    }
    if (row > row_) violations.push_back("a gap");
    used_[row] = body;
    ++row_;
    accepted_.push_back({now, batch.end_token, body});
    return continuation();
  }

  snow::ChannelStatus status(int now) {
    commit(now);
    snow::ChannelStatus now_state = state();
    if (chance(10) && !earlier_.empty()) return earlier_[random_() % earlier_.size()];
    if (chance(10)) {  // counters may be seen later than the token
      now_state.rows_inserted = std::min(now_state.rows_inserted, seen_inserted_);
      now_state.rows_errors = std::min(now_state.rows_errors, seen_errors_);
    }
    seen_inserted_ = now_state.rows_inserted;
    seen_errors_ = now_state.rows_errors;
    earlier_.push_back(now_state);
    if (earlier_.size() > 4) earlier_.erase(earlier_.begin());
    return now_state;
  }

  // What was accepted is gone, and every owner is stale.
  void restart() {
    accepted_.clear();
    ++client_;
    row_ = 0;
    used_.clear();
  }
  void invalidate(const std::string& code) { code_ = code; }
  void forget() {
    token_.clear();
    inserted_ = errors_ = 0;
    earlier_.clear();
    seen_inserted_ = seen_errors_ = 0;
    restart();
  }
  void commit(int now, bool all = false) {
    while (commits && !accepted_.empty() && (all || accepted_.front().at + kDelay <= now)) {
      for (const std::string& line : lines_of(accepted_.front().body)) {
        if (line.starts_with("bad")) {
          ++errors_;
          ++bad;
        } else {
          ++inserted_;
          journal.push_back(line);
        }
      }
      if (accepted_.front().token < token_) violations.push_back("tokens went back");
      token_ = accepted_.front().token;
      accepted_.pop_front();
    }
  }
  bool chance(unsigned percent) { return random_() % 100 < percent; }
  [[nodiscard]] const std::string& token() const { return token_; }

 private:
  static constexpr int kDelay = 3;
  struct Accepted {
    int at;
    std::string token;
    std::string body;
  };
  [[nodiscard]] std::string continuation() const {
    return std::to_string(client_) + "_" + std::to_string(row_);
  }
  [[nodiscard]] snow::ChannelStatus state() const {
    return {.name = "c",
            .code = code_,
            .committed_token = token_,
            .rows_inserted = inserted_,
            .rows_errors = errors_,
            .has_counts = true,
            .last_error_message = errors_ > 0 ? "no number" : ""};
  }

  std::mt19937 random_;
  int client_ = 0;
  int row_ = 0;
  std::string code_ = "SUCCESS";
  std::string token_;
  std::uint64_t inserted_ = 0;
  std::uint64_t errors_ = 0;
  std::uint64_t seen_inserted_ = 0;
  std::uint64_t seen_errors_ = 0;
  std::deque<Accepted> accepted_;
  std::map<int, std::string> used_;
  std::vector<snow::ChannelStatus> earlier_;
};

inline event::RowPosition position(std::uint64_t number) {
  return {event::Origin::stream, {number, 1}, 0};
}

// Rows first..last, one a line; `text` replaces the row of its number.
inline BatchPointer make_batch(std::uint64_t first,
                               std::uint64_t last,
                               const std::map<std::uint64_t, std::string>& text = {}) {
  auto batch = std::make_unique<Batch>();
  if (first > 1) batch->before.advance(position(first - 1));
  event::Marks marks = batch->before;
  for (std::uint64_t number = first; number <= last; ++number) {
    const auto found = text.find(number);
    batch->body += (found == text.end() ? std::to_string(number) : found->second) + "\n";
    batch->rows.push_back({number, position(number), 0});
    marks.advance(position(number));
    if (number == first) batch->start_token = marks.token();
  }
  batch->end_token = marks.token();
  batch->first_sequence = first;
  compress(*batch);
  return batch;
}

}  // namespace cdckit::snow_put::model
