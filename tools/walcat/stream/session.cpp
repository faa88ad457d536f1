// tested by
// tests/integration/walcat/test_snapshot.py::test_snapshot_and_stream_meet_without_gap_or_overlap
#include "tools/walcat/stream/session.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/event/position.hpp"
#include "common/log/log.hpp"
#include "common/log/progress.hpp"
#include "common/pg/session_settings.hpp"
#include "tools/walcat/server/lock_watch.hpp"
#include "tools/walcat/server/preflight.hpp"
#include "tools/walcat/server/present.hpp"
#include "tools/walcat/server/publication.hpp"
#include "tools/walcat/snapshot/initial_snapshot.hpp"

#include <algorithm>
#include <limits>

namespace cdckit::walcat {
namespace {

using base::ErrorKind;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

DeliverySettings delivery_settings(const SessionSettings& session,
                                   const cli::CommonOptions& common) {
  DeliverySettings settings;
  settings.ack_files = pipe::ack_files(common);
  settings.control = common.control || !settings.ack_files.empty();
  settings.ack_timeout = session.ack_timeout;
  if (!settings.ack_files.empty()) settings.proof = Proof::acks;
  if (session.no_ack && !session.slot.empty()) settings.proof = Proof::none;
  return settings;
}

constexpr const char* kFaithful =
    "what the Debezium connector leaves out or garbles (infinite and old dates, arrays of arrays, "
    "types it drops, nulls of a deleted row) is printed whole; --debezium-quirks prints it as the "
    "connector does";

std::uint64_t limit_of(const SessionSettings& settings) {
  return settings.limits.limit < 0 ? std::numeric_limits<std::uint64_t>::max()
                                   : static_cast<std::uint64_t>(settings.limits.limit);
}

SourceIdentity identity_of(const SessionSettings& settings, const std::string& database) {
  return {.name = settings.topic_prefix.empty() ? database : settings.topic_prefix,
          .database = database,
          .pretty = settings.format.pretty,
          .color = settings.format.color};
}

}  // namespace

Session::Session(const SessionSettings& settings, cli::Context& context)
    : settings_(settings),
      context_(context),
      encoding_(make_encoding(settings.server.encoding)),
      filter_(settings.tables.filter()),
      columns_(settings.filters),
      source_(settings.server),
      delivery_(delivery_settings(settings, context.options()), context),
      meter_(context.metrics()) {
  if (settings.limits.run_for.count() > 0)
    bounds_.deadline = Clock::now() + settings.limits.run_for;
}

base::ExitCode Session::run() {
  prepare();
  make_slot();
  announce();
  sample_slot();
  if (start_.plan.snapshot) source_.use(std::move(links_.sql));
  links_.sql.reset();
  if (start_.plan.snapshot && !take_snapshot()) return finish_without_stream();
  changes_->set_start(start_.plan.start);
  progress_.reached = start_.plan.start;
  delivery_.set_rows(changes_->lines());
  delivery_.reached(start_.plan.start, base::hex16(start_.plan.start));
  if (start_.plan.snapshot) delivery_.checkpoint(true);
  if (settings_.snapshot.mode == SnapshotMode::only) return finish_without_stream();
  const bool acknowledged = stream();
  meter_.update(*changes_, delivery_, progress_.confirmed);
  require_acknowledged(acknowledged);
  return base::ExitCode::done;
}

void Session::prepare() {
  links_.sql = connect(settings_.server, false, context_.stop());
  const LockWatch watch(*links_.sql, context_.stop());
  require_usable_server(*links_.sql);
  prepare_publications();
  bounds_.until = settings_.limits.until_lsn;
  if (settings_.limits.until_now) {
    bounds_.until = std::max(bounds_.until.value_or(0), flushed_position(*links_.sql));
  }
  read_status_interval();
  links_.replication = connect(settings_.server, true, context_.stop());
  start_.server = read_server_state(*links_.replication, settings_.slot);
  StartRequest request{.snapshot = snapshot_mode(settings_, context_.options()),
                       .create = settings_.create};
  request.snapshot_new_slot = !settings_.snapshot.mode &&
                              pipe::acks_by_stdout(context_.options()) &&
                              settings_.filters.wants('r');
  request.start = settings_.stream.start;
  request.moves_slot = delivery_.proof() != Proof::none;
  start_.plan = plan_start(start_.server, delivery_.read_files(), request);
  if (start_.plan.snapshot) links_.job.start(connect_options(settings_.server, false));
  preflight({*links_.sql,
             start_.publications,
             filter_,
             *encoding_,
             columns_,
             !start_.plan.create_slot,
             start_.plan.create_slot || start_.plan.snapshot ? "" : settings_.slot,
             start_.server.slot.catalog_xmin});
  ChangesSettings settings;
  settings.has_unsent_rows = [this, since = next_transaction(*links_.sql)](std::uint32_t oid) {
    return source_.has_unsent_rows(start_.publications, since, oid);
  };
  settings.identity = identity_of(settings_, start_.server.id.database);
  settings.control = delivery_.control();
  settings.transactions = settings_.transactions;
  settings.limit = limit_of(settings_);
  settings.backlog_end = start_.server.wal_end;
  const bool resumed = !start_.plan.create_slot && !start_.plan.snapshot;
  settings.backlog_xid = resumed ? start_.server.slot.catalog_xmin : 0;
  settings.ops = settings_.filters.ops;
  settings.columns = &columns_;
  make_incremental();
  settings.observer = incremental_.get();
  changes_ =
      std::make_unique<Changes>(settings, filter_, *encoding_, [this](const Relation& relation) {
        return source_.describe(relation);
      });
  if (incremental_) incremental_->attach(*changes_);
}

// A reader that only looks would begin the same snapshot with every run.
void Session::make_incremental() {
  if (delivery_.proof() == Proof::none || !settings_.filters.wants('r')) return;
  incremental_ = std::make_unique<IncrementalSnapshot>(
      std::make_unique<ChunkReader>(
          settings_.server, settings_.snapshot.where, filter_, start_.publications),
      identity_of(settings_, start_.server.id.database),
      delivery_,
      context_.metrics());
}

// Three updates within the time after which the server gives up on a silent client.
void Session::read_status_interval() {
  const auto result =
      links_.sql->query("SELECT setting FROM pg_settings WHERE name = 'wal_sender_timeout'");
  const auto timeout = base::parse_unsigned(result.at(0, 0)).value_or(0);
  if (timeout == 0) return;
  const milliseconds third(static_cast<std::int64_t>(timeout / 3));
  bounds_.status_interval = std::clamp(third, milliseconds(50), bounds_.status_interval);
}

void Session::prepare_publications() {
  Catalog catalog(*links_.sql);
  std::vector<std::string> wanted = settings_.tables.publications;
  if (settings_.create) {
    if (wanted.empty()) wanted.emplace_back(kDefaultPublication);
    make_publications(*links_.sql, wanted, filter_);
  }
  start_.publications = catalog.publications(wanted);
}

// The snapshot that comes with a new slot lives until the next command on its connection.
void Session::make_slot() {
  start_.slot = settings_.slot;
  if (!start_.plan.create_slot) return;
  const bool temporary = start_.slot.empty();
  if (temporary) start_.slot = temporary_slot_name();
  if (start_.plan.replace_slot) drop_slot(*links_.replication, start_.slot);
  start_.made = create_slot(*links_.replication,
                            {.name = start_.slot,
                             .temporary = temporary,
                             .export_snapshot = start_.plan.snapshot,
                             .failover = settings_.failover && !temporary},
                            context_.stop());
  start_.plan.start = start_.made.consistent_point;
}

// Only when somebody looks: it takes a connection of its own.
void Session::sample_slot() {
  const auto& common = context_.options();
  const bool wanted = !common.metrics_file.empty() || !common.metrics_listen.empty() ||
                      common.stats_interval.count() > 0;
  if (wanted)
    sampler_.emplace(connect_options(settings_.server, false), start_.slot, context_.metrics());
}

void Session::announce() {
  SourceId id = start_.server.id;
  id.slot = start_.slot;
  delivery_.hello(source_json(id), base::hex16(start_.plan.start), encoding_->name());
  if (incremental_) incremental_->read_for(start_.slot);
  log::info("reading slot \"" + start_.slot + "\" from " + event::lsn_text(start_.plan.start));
  if (settings_.server.encoding.name == "debezium" && !settings_.server.encoding.debezium.quirks)
    log::info(kFaithful);
  if (start_.plan.reason.empty()) return;
  const bool expected = settings_.snapshot.mode == SnapshotMode::always;
  log::write(expected ? log::Level::info : log::Level::warning,
             start_.plan.reason + ": taking a new snapshot");
}

bool Session::take_snapshot() {
  // an end before its first row must not be taken for the end of the snapshot
  delivery_.reached(0, std::string(kSnapshotPrefix) + base::hex16(start_.plan.start));
  SnapshotMeter meter(context_.metrics(), &log::own_progress());
  InitialSnapshot snapshot({.server = settings_.server,
                            .options = settings_.snapshot,
                            .stop = context_.stop(),
                            .filter = filter_,
                            .publications = start_.publications,
                            .identity = identity_of(settings_, start_.server.id.database),
                            .limit = limit_of(settings_),
                            .tick =
                                [this] {
                                  (void)delivery_.confirmable();
                                  meter_.update_if_due(*changes_, delivery_, progress_.confirmed);
                                },
                            .check_slot = [this] { check_temporary_slot(); },
                            .first = links_.job.take(),
                            .meter = meter},
                           *changes_,
                           delivery_);
  const bool whole = snapshot.run(start_.made);
  delivery_.set_rows(changes_->lines());
  return whole && !changes_->limit_reached();
}

// A temporary slot is gone with its connection, and the changes since it was made with it.
void Session::check_temporary_slot() {
  if (settings_.slot.empty()) links_.replication->execute("SELECT 1");
}

base::ExitCode Session::finish_without_stream() {
  meter_.update(*changes_, delivery_, progress_.confirmed);
  delivery_.set_printed(changes_->lines());
  require_acknowledged(delivery_.finish([] {}));
  return base::ExitCode::done;
}

void Session::require_acknowledged(bool acknowledged) {
  if (!acknowledged) throw delivery_.why_unfinished();
}

// Comes back after a lost connection and goes on behind the last whole transaction printed. Only
// what comes further, or is quiet for long, counts as a success: an error that comes back at the
// same place ends the attempts.
bool Session::stream() {
  constexpr std::chrono::minutes kQuiet{1};
  retry::Attempts attempts(retry_policy(settings_.server), context_.stop(), retry_observer());
  for (;;) {
    const auto lines = changes_->lines();
    const auto end = changes_->last_end();
    const auto began = Clock::now();
    try {
      return stream_to_the_end();
    } catch (const base::Error& error) {
      links_.replication.reset();
      if (settings_.slot.empty() && error.retryable()) {
        throw base::Error(
            ErrorKind::temporary,
            error.what(),
            "A temporary slot ends with its connection; a persistent one (--slot) would go on.");
      }
      if (progress_.restart_needed) throw;
      const bool farther = changes_->lines() > lines || changes_->last_end() > end;
      if (farther || Clock::now() - began >= kQuiet) attempts.succeeded();
      attempts.failed(error);
    }
  }
}

bool Session::stream_to_the_end() {
  if (links_.replication == nullptr) reconnect();
  const std::string wishes = pgoutput_options(start_.publications, settings_.stream.streaming);
  std::optional<pg::ReplicationStream> stream;
  links_.replication->execute(kValuePath);
  try {
    stream.emplace(*links_.replication, start_.slot, changes_->last_end(), wishes);
  } catch (const pg::ServerError& error) {
    // who only looks has nothing to wait for
    progress_.restart_needed = error.sqlstate() == "55006" && delivery_.proof() == Proof::none;
    links_.replication->execute(pg::kNoSearchPath);
    rethrow_for_slot(*links_.replication, start_.slot, "read", error);
  }
  Streaming streaming(limits(), *stream, *changes_, delivery_);
  stream_once(streaming, *stream);
  return finish_stream(streaming, *stream);
}

void Session::stream_once(Streaming& streaming, pg::ReplicationStream& stream) {
  const auto remember = [&] {
    progress_.reached = streaming.position();
    progress_.confirmed = stream.confirmed();
  };
  try {
    streaming.run();
    remember();
  } catch (const pg::ServerError& error) {
    remember();
    if (error.sqlstate() != "42704") throw;
    throw base::Error(
        ErrorKind::unavailable,
        error.what(),
        "The publication must have existed when the change was made: it was created after "
        "the slot, or dropped. A new slot begins now.");
  } catch (const base::Error&) {
    remember();
    throw;
  }
}

// From here on the server is only told how far things came: without it the ack files know.
bool Session::finish_stream(Streaming& streaming, pg::ReplicationStream& stream) {
  if (incremental_) incremental_->stop();
  delivery_.set_printed(changes_->lines());
  bool connected = true;
  const auto while_connected = [&](const std::function<void()>& work) {
    if (!connected) return;
    try {
      work();
    } catch (const pg::ServerError& error) {
      connected = false;
      log::info(error.what());
    }
  };
  const bool acknowledged =
      delivery_.finish([&] { while_connected([&] { streaming.keep_alive(); }); });
  stream.confirm(delivery_.confirmable());
  while_connected([&] { stream.finish(); });
  progress_.confirmed = stream.confirmed();
  return acknowledged;
}

void Session::reconnect() {
  links_.replication = std::make_unique<pg::Connection>(connect_options(settings_.server, true));
  const ServerState now = read_server_state(*links_.replication, start_.slot);
  const auto refuse = [&](const std::string& why) {
    throw base::Error(ErrorKind::unavailable,
                      "could not go on with slot \"" + start_.slot + "\": " + why,
                      "Start walcat again: it decides from the ack file how to go on.");
  };
  if (now.id.system_id != start_.server.id.system_id) refuse("the server is another one now");
  check_timeline(now, start_.server.id.timeline, changes_->last_printed(), "what was printed");
  if (!now.slot.exists) refuse("it is gone");
  require_free(now.slot, start_.slot);
  if (now.slot.confirmed > std::max(progress_.reached, progress_.confirmed))
    refuse("something else has moved it");
  if (now.wal_end < changes_->last_end()) refuse("the server has lost what was printed already");
  if (now.id.timeline != start_.server.id.timeline) take_timeline(now);
  changes_->resume();
  if (incremental_) incremental_->stream_restarted();
  log::info("connected again, going on from " + event::lsn_text(changes_->last_end()));
}

// A standby was promoted. Ack files carry the timeline that hello told: with them another run must
// begin, so that no position is ever taken for one of the old timeline.
void Session::take_timeline(const ServerState& now) {
  if (delivery_.control()) {
    progress_.restart_needed = true;
    throw base::Error(
        ErrorKind::temporary,
        "could not go on: the server was promoted to timeline " + std::to_string(now.id.timeline),
        "Start walcat again: nothing is lost, and nothing acknowledged comes again.");
  }
  log::info("the server was promoted to timeline " + std::to_string(now.id.timeline));
  start_.server = now;
}

StreamLimits Session::limits() {
  StreamLimits limits;
  limits.until_lsn = bounds_.until;
  limits.deadline = bounds_.deadline;
  limits.status_interval = bounds_.status_interval;
  limits.spool_folder = settings_.stream.spool_folder.empty() ? Spool::default_folder()
                                                              : settings_.stream.spool_folder;
  limits.on_tick = [this](std::uint64_t spooled) {
    meter_.spooled(spooled);
    meter_.update_if_due(*changes_, delivery_, progress_.confirmed);
    Meter::tell(log::own_progress(), *changes_, start_.plan.start, bounds_.until);
    if (incremental_) incremental_->advance();
  };
  if (incremental_) {
    limits.unfinished = [this] { return incremental_->active(); };
    limits.frozen = [this] { return incremental_->freezes_stream(); };
  }
  return limits;
}

}  // namespace cdckit::walcat
