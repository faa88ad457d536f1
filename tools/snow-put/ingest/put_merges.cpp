// When a running put folds its journals, and how far.
// tested by
// tests/integration/snow-put/test_merge.py::test_merge_every_folds_while_rows_arrive_and_at_the_end
#include "common/log/log.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-put/ingest/put.hpp"

#include <chrono>
#include <utility>

namespace cdckit::snow_put {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kNoteEvery{60'000};

void Put::start_merger() {
  merging_.merger = std::make_unique<Merger>(snow::SqlApi(settings_.connection, settings_.sql),
                                             wakeup_.event_fd());
  if (settings_.merge_every.count() > 0) ask_for_warehouse();
}

// Said at once, not when the first merge fails: rows go on without it.
void Put::ask_for_warehouse() {
  sql_.submit([](snow::SqlApi& api) -> SqlOwner::Done {
    bool missing = false;
    try {
      missing = api.run("SELECT CURRENT_WAREHOUSE() AS \"warehouse\"").text(0, "warehouse").empty();
    } catch (const base::Error& error) {
      log::debug(std::string("could not ask for the warehouse: ") + error.what());
    }
    return [missing] {
      if (!missing) return;
      log::warning(
          "nothing will be merged: the connection has no warehouse; name one in the connection, or "
          "use --merge-every never");
    };
  });
}

void Put::merge_when_due() {
  if (!merging_.merger || steady_clock::now() < merging_.next || !merging_.merger->idle()) return;
  const bool merges = settings_.merge_every.count() > 0;
  if (merges && settlement_.has_touched()) request_merges(false);
  if (!merges) note_acknowledged(false);
  merging_.next = steady_clock::now() + (merges ? settings_.merge_every : kNoteEvery);
}

// So that merges by the clock know how far they may go.
void Put::note_acknowledged(bool at_end) {
  std::string pos = settlement_.acknowledged_pos();
  if (!source_.counts_lsns()) pos = at_end ? kAllAcknowledged : "";
  if (pos.empty() || !source_.is_kept() || pos == merging_.noted) return;
  if (source_.counts_lsns() && !bounds_a_fold(pos)) return;
  merging_.noted = pos;
  merging_.merger->request(
      "write down what is acknowledged",
      [sql = store_acknowledged_sql(catalog_.address(kStateTable), settings_.channels.prefix, pos)](
          snow::SqlApi& api) { api.run(sql); });
}

// Behind an acknowledged position everything is in the journals: all mirrors are folded up to it,
// rows beyond it next time. Where no position bounds them (Kafka, plain input) they are folded by
// channels.
void Put::request_merges(bool everything) {
  FoldRequest fold;
  fold.state = catalog_.address(kStateTable);
  fold.prefix = settings_.channels.prefix;
  fold.keep = settings_.keep;
  fold.everything = everything;
  if (source_.counts_lsns()) {
    fold.upto = settlement_.acknowledged_pos();
    if (!bounds_a_fold(fold.upto)) return;  // before the end of the initial snapshot
    settlement_.take_touched_up_to(fold.upto);
  } else {
    settlement_.take_touched();
  }
  for (const std::string& name : catalog_.mirrors()) fold.mirrors.push_back(catalog_.address(name));
  merging_.merger->request(std::move(fold));
}

void Put::finish_merges(bool at_end) {
  if (!merging_.merger) return;
  merging_.merger->wait_idle();
  settle();
  if (settings_.merge_every.count() > 0 && settlement_.has_touched()) request_merges(at_end);
  merging_.merger->wait_idle();
  note_acknowledged(at_end);
  merging_.merger->wait_idle();
  settle();
}

}  // namespace cdckit::snow_put
