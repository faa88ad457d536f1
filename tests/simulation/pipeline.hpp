// A server with a slot, a source and a sink on the real ends of a pipe, a target; and what must
// hold whatever happens to them.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tests/simulation/world.hpp"
#include "tools/walcat/plan/start_plan.hpp"

#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace cdckit::simulation {

// A promise was broken.
class Violation : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Transaction {
  std::uint64_t end = 0;
  std::vector<int> rows;
  std::vector<int> chunk;  // rows that are read aside when it is seen, and printed a little later
};

// What survives everything but a rollback of the server.
struct Target {
  std::set<int> rows;
  [[nodiscard]] bool has(const std::vector<int>& ids) const;
  [[nodiscard]] bool has_any(const std::vector<int>& ids) const;
};

class Server {
 public:
  explicit Server(Target& target) : target_(target) {}
  void commit_some(Random& random);
  // Loses what came behind some moment, as a promoted standby does.
  void roll_back(Random& random);
  // Whether a position that was reached on `timeline` has been rolled back since.
  [[nodiscard]] bool has_lost(std::uint64_t timeline, std::uint64_t position) const;
  void forget_confirmations(Random& random);
  // Lets go of everything up to `lsn`: from then on it can never be sent again.
  void confirm(std::uint64_t lsn);
  [[nodiscard]] walcat::ServerState state(bool believes_anything) const;
  [[nodiscard]] const std::vector<Transaction>& transactions() const { return transactions_; }
  [[nodiscard]] std::uint64_t confirmed() const { return confirmed_; }
  [[nodiscard]] std::uint64_t wal_end() const { return wal_end_; }

 private:
  Target& target_;
  std::vector<Transaction> transactions_;
  std::uint64_t wal_end_ = 0x1000;
  std::uint64_t confirmed_ = 0x1000;
  std::vector<std::uint64_t> earlier_;
  std::vector<walcat::TimelineSwitch> history_;
  std::vector<std::uint64_t> rolled_back_to_;  // each of them ended a timeline: the first number 1
  int next_row_ = 1;
};

class Pipeline {
 public:
  Pipeline(std::uint64_t seed, Plant plant);
  // One schedule from the seed. Throws Violation.
  void run();

 private:
  void between_runs();
  void run_once(Fault fault);
  [[nodiscard]] bool file_is_ahead() const;
  void check(Fault fault, int source_code, int sink_code);
  void check_refusal(int source_code) const;
  void check_codes(Fault fault, int source_code, int sink_code) const;
  void trace(Fault fault, int source_code, int sink_code) const;
  void check_whole_transactions() const;
  int source();
  int sink();
  int guarded(const cli::Context& context, const std::function<int()>& body);

  World world_;
  Target target_;
  Server server_{target_};
  bool transactional_;  // the sink commits at checkpoints only
  std::string last_error_;
  bool must_refuse_ = false;  // the ack file that this run begins with names what is lost
  bool refused_ = false;      // in this run
  std::vector<int> printed_;
  std::vector<int> read_;
};

}  // namespace cdckit::simulation
