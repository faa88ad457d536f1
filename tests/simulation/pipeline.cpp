#include "tests/simulation/pipeline.hpp"

#include "common/ack/ack_record.hpp"
#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"

#include <cstdio>
#include <cstdlib>

namespace cdckit::simulation {

namespace {

constexpr const char* kAck = "/nowhere/ack";
constexpr int kKilled = -1;
constexpr int kRefused = 69;

Fault any_fault(Random& random) {
  return static_cast<Fault>(random.below(static_cast<std::uint64_t>(Fault::stop_both) + 1));
}

}  // namespace

Pipeline::Pipeline(std::uint64_t seed, Plant plant)
    : world_(seed, plant), transactional_(world_.one_in(2)) {
  if (plant == Plant::ledger_out_of_order) transactional_ = false;
  if (plant == Plant::eof_hides_half_a_transaction || plant == Plant::ack_before_flush)
    transactional_ = true;
}

int Pipeline::guarded(const cli::Context& context, const std::function<int()>& body) {
  try {
    return body();
  } catch (const base::Error& error) {
    if (error.kind() == base::ErrorKind::output_closed)
      return context.promised() ? base::to_int(base::ExitCode::retry_later) : 0;
    if (error.kind() == base::ErrorKind::bug) throw Violation(error.what());
    last_error_ = error.what();
    return base::to_int(base::exit_code_for(error.kind()));
  }
}

void Pipeline::run() {
  for (auto faults = 1 + world_.random.below(4); faults > 0; --faults) {
    between_runs();
    run_once(any_fault(world_.random));
  }
  server_.commit_some(world_.random);
  run_once(Fault::none);
  if (refused_) run_once(Fault::none);
  for (const Transaction& transaction : server_.transactions()) {
    if (!target_.has(transaction.rows) || !target_.has(transaction.chunk))
      throw Violation("the last run ended well, and a row is missing");
  }
}

void Pipeline::between_runs() {
  server_.commit_some(world_.random);
  if (world_.one_in(8)) server_.forget_confirmations(world_.random);
  if (world_.one_in(12)) {
    if (world_.one_in(2)) {
      world_.files.remove(kAck);
    } else if (const File file = world_.files.find(kAck)) {
      file->content.clear();
    }
  }
  if (!world_.one_in(10)) return;
  server_.roll_back(world_.random);
  server_.commit_some(world_.random);
}

// Asked when a run begins: an older file comes back with a power cut.
bool Pipeline::file_is_ahead() const {
  const File file = world_.files.find(kAck);
  const auto record = file ? ack::parse(file->content) : std::nullopt;
  if (!record) return false;
  const auto timeline = ndjson::find_member(record->source, "timeline");
  return server_.has_lost(base::parse_unsigned(timeline).value(),
                          base::parse_hex(record->pos).value());
}

void Pipeline::run_once(Fault fault) {
  must_refuse_ = file_is_ahead();
  refused_ = false;
  printed_.clear();
  read_.clear();
  int source_code = kKilled;
  int sink_code = kKilled;
  world_.run([&] { source_code = source(); }, [&] { sink_code = sink(); }, fault);
  if (!world_.failure.empty()) throw Violation(world_.failure);
  trace(fault, source_code, sink_code);
  check(fault, source_code, sink_code);
}

// With CDC_TRACE set, to see what one seed does.
void Pipeline::trace(Fault fault, int source_code, int sink_code) const {
  static const bool wanted = std::getenv("CDC_TRACE") != nullptr;
  if (!wanted) return;
  const File file = world_.files.find(kAck);
  std::printf("fault %d, ended %d %d, printed %zu, read %zu, slot at %llx, file %s",
              static_cast<int>(fault),
              source_code,
              sink_code,
              printed_.size(),
              read_.size(),
              static_cast<unsigned long long>(server_.confirmed()),
              file == nullptr         ? "-\n"
              : file->content.empty() ? "empty\n"
                                      : file->content.c_str());
}

void Pipeline::check(Fault fault, int source_code, int sink_code) {
  if (source_code == 0 && !target_.has(printed_))
    throw Violation("the source ended with 0, and what it printed is not in the target");
  if (sink_code == 0 && !target_.has(read_))
    throw Violation("the sink ended with 0, and what it read is not in the target");
  refused_ = source_code == kRefused;
  check_refusal(source_code);
  // what the hint says to do
  if (refused_) world_.files.remove(kAck);
  check_codes(fault, source_code, sink_code);
  if (transactional_) check_whole_transactions();
}

void Pipeline::check_refusal(int source_code) const {
  if (refused_ && !must_refuse_)
    throw Violation("the source refused, and nothing had happened to it: " + last_error_);
  if (!refused_ && must_refuse_ && source_code != kKilled)
    throw Violation("the source went on from an ack file that names what the server has lost");
}

void Pipeline::check_codes(Fault fault, int source_code, int sink_code) const {
  const auto odd = [](int code) { return code != kKilled && code != 0 && code != 75; };
  if ((odd(source_code) && !refused_) || odd(sink_code))
    throw Violation("an end with " + std::to_string(source_code) + " " + std::to_string(sink_code));
  if (fault == Fault::none && ((source_code != 0 && !refused_) || sink_code != 0))
    throw Violation("nothing went wrong, and the ends were " + std::to_string(source_code) + " " +
                    std::to_string(sink_code));
}

void Pipeline::check_whole_transactions() const {
  for (const Transaction& transaction : server_.transactions()) {
    if (target_.has_any(transaction.rows) && !target_.has(transaction.rows))
      throw Violation("half of a transaction is in the target");
  }
}

}  // namespace cdckit::simulation
