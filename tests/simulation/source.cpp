// A source as walcat is one: start plan, transactions, checkpoints, a chunk whose position is held.
#include "common/base/text.hpp"
#include "common/pipe/source_end.hpp"
#include "tests/simulation/pipeline.hpp"

#include <optional>

namespace cdckit::simulation {

using std::chrono::milliseconds;

namespace {

constexpr const char* kAck = "/nowhere/ack";

class Loop {
 public:
  Loop(World& world, Server& server, pipe::SourceEnd& end, std::vector<int>& printed)
      : world_(world), server_(server), end_(end), printed_(printed) {}

  void run(std::uint64_t start) {
    last_end_ = start;
    end_.reached({start, base::hex16(start)});
    for (const Transaction& transaction : server_.transactions()) {
      if (transaction.end <= start) continue;
      if (!print(transaction)) return;
    }
    print_chunk();
    for (int i = 0; i < 3 && !end_.stopping(); ++i) idle();
  }

  void finish_rows() {
    if (world_.plant != Plant::eof_hides_half_a_transaction) end_.set_printed(printed_.size());
  }

 private:
  void line(int id) {
    end_.lines() += "{\"id\":" + std::to_string(id) + "}\n";
    printed_.push_back(id);
  }

  // False when a stop came, also in the middle.
  bool print(const Transaction& transaction) {
    for (const int id : transaction.rows) {
      line(id);
      if (!world_.one_in(6)) continue;
      end_.submit();
      confirm();
      if (!end_.wait_for_room([this] { confirm(); })) return false;
      if (end_.stopping() && world_.one_in(2)) return false;
    }
    end_.set_rows(printed_.size());
    if (!transaction.chunk.empty() && !chunk_) {
      chunk_ = transaction.chunk;
      if (world_.plant != Plant::past_held_position)
        end_.hold(pipe::Position{last_end_, base::hex16(last_end_)});
    } else if (!transaction.chunk.empty()) {
      print_chunk();
      chunk_ = transaction.chunk;
      print_chunk();
    }
    last_end_ = transaction.end;
    end_.reached({last_end_, base::hex16(last_end_)});
    (void)end_.checkpoint(world_.one_in(3));
    if (world_.one_in(2)) idle();
    if (chunk_ && world_.one_in(3)) print_chunk();
    return !end_.stopping();
  }

  void print_chunk() {
    if (!chunk_) return;
    for (const int id : *chunk_) line(id);
    chunk_.reset();
    end_.set_rows(printed_.size());
    end_.hold(std::nullopt);
  }

  void idle() {
    (void)end_.checkpoint(true);
    end_.submit();
    end_.wait({}, milliseconds(world_.random.below(60)));
    confirm();
  }

  void confirm() { server_.confirm(end_.acknowledged()); }

  World& world_;
  Server& server_;
  pipe::SourceEnd& end_;
  std::vector<int>& printed_;
  std::optional<std::vector<int>> chunk_;
  std::uint64_t last_end_ = 0;
};

}  // namespace

int Pipeline::source() {
  cli::CommonOptions options;
  options.ack = {kAck};
  cli::Context context("source", options, signals::StopToken(world_.source));
  return guarded(context, [&] {
    pipe::SourceEnd end(context,
                        {.proof = pipe::Proof::acks, .ack_files = {kAck}, .control = true},
                        std::make_unique<SimulatedOutput>(world_, world_.source, 256),
                        world_.source);
    world_.source.run = end.run();
    const walcat::ServerState state = server_.state(world_.plant == Plant::file_ahead_believed);
    const walcat::StartPlan plan = walcat::plan_start(state, end.read_files(), {});
    end.hello(walcat::source_json(state.id), base::hex16(plan.start));
    Loop loop(world_, server_, end, printed_);
    loop.run(plan.start);
    loop.finish_rows();
    const auto confirm = [&] { server_.confirm(end.acknowledged()); };
    const bool acknowledged = end.finish(confirm);
    confirm();
    if (!acknowledged) throw end.why_unfinished();
    return 0;
  });
}

}  // namespace cdckit::simulation
