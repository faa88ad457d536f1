// Two sinks on the real end: one commits whole batches at checkpoints, the other sends rows on two
// channels that are durable when they like.
#include "common/base/check.hpp"
#include "common/base/text.hpp"
#include "common/pipe/sink_end.hpp"
#include "tests/simulation/pipeline.hpp"

#include <algorithm>
#include <array>

namespace cdckit::simulation {

using std::chrono::milliseconds;

namespace {

class Store final : public pipe::Sink {
 public:
  Store(
      World& world, Target& target, pipe::SinkEnd& end, std::vector<int>& read, bool transactional)
      : world_(world), target_(target), end_(end), read_(read), transactional_(transactional) {}

  void on_event(const event::Item&) override {}
  void on_row(const event::Item& item) override {
    const auto digits = item.text.substr(6, item.text.size() - 7);
    read_.push_back(static_cast<int>(base::parse_unsigned(digits).value_or(0)));
    if (!transactional_ && world_.one_in(3)) advance(1 + world_.random.below(4));
  }
  void on_checkpoint(const event::Control&, std::uint64_t mark, bool eof) override {
    newest_ = mark;
    covered_ = read_.size();
    marks_.push_back({mark, covered_});
    if (eof || world_.one_in(2)) flush();
  }
  [[nodiscard]] milliseconds patience() const override { return milliseconds(20); }
  void on_quiet(bool) override { flush(); }
  bool finish(pipe::Finish how, bool tracked) override {
    base::require_invariant(tracked || how != pipe::Finish::cut, "only tracked input is cut");
    flush();
    if (how == pipe::Finish::whole && covered_ < read_.size()) store(read_.size());
    if (!transactional_) advance(read_.size());
    return covered_ == read_.size();
  }

 private:
  struct Mark {
    std::uint64_t number = 0;
    std::size_t rows = 0;
  };

  void flush() {
    if (marks_.empty()) return;
    if (!transactional_) return advance(1 + world_.random.below(8));
    const Mark mark = marks_.back();
    if (world_.plant == Plant::ack_before_flush) end_.durable(mark.number, mark.rows);
    store(mark.rows);
    world_.sink.pause();  // COMMIT has returned, the acknowledgement is not written
    end_.durable(mark.number, mark.rows);
    marks_.clear();
  }

  void store(std::size_t rows) {
    world_.sink.pause();
    for (; stored_ < rows; ++stored_) target_.rows.insert(read_[stored_]);
  }

  // Row i goes by channel i % 2; each of them commits in its own order and time.
  void advance(std::size_t rows) {
    world_.sink.pause();
    const std::size_t channel = world_.random.below(2);
    const auto commit = [&](std::size_t which) {
      std::size_t& at = channels_.at(which);
      const std::size_t until = std::min(at + 2 * rows, read_.size());
      for (; at < until; ++at) {
        if (at % 2 == which) target_.rows.insert(read_[at]);
      }
    };
    commit(channel);
    if (rows >= read_.size()) commit(1 - channel);
    const bool wrong = world_.plant == Plant::ledger_out_of_order;
    const std::size_t done =
        wrong ? std::max(channels_[0], channels_[1]) : std::min(channels_[0], channels_[1]);
    Mark newest;
    std::erase_if(marks_, [&](const Mark& mark) {
      if (mark.rows > done) return false;
      newest = mark;
      return true;
    });
    if (newest.number > 0) end_.durable(newest.number, newest.rows);
  }

  World& world_;
  Target& target_;
  pipe::SinkEnd& end_;
  std::vector<int>& read_;
  bool transactional_;
  std::vector<Mark> marks_;
  std::uint64_t newest_ = 0;
  std::size_t covered_ = 0;
  std::size_t stored_ = 0;
  std::array<std::size_t, 2> channels_{};
};

}  // namespace

int Pipeline::sink() {
  cli::CommonOptions options;
  options.ack = {"/nowhere/ack"};
  cli::Context context("sink", options, signals::StopToken(world_.sink));
  return guarded(context, [&] {
    pipe::SinkEnd end(context, {.name = "simulated", .input = kInput, .output = -1}, world_.sink);
    Store store(world_, target_, end, read_, transactional_);
    return base::to_int(end.run(store));
  });
}

}  // namespace cdckit::simulation
