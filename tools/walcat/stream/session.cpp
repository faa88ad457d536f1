#include "tools/walcat/stream/session.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/event/position.hpp"
#include "common/log/log.hpp"
#include "tools/walcat/server/preflight.hpp"
#include "tools/walcat/snapshot/initial_snapshot.hpp"

#include <algorithm>
#include <limits>

namespace cdckit::walcat {
namespace {

using base::ErrorKind;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

DeliverySettings delivery_settings(const Options& options, const cli::CommonOptions& common) {
  DeliverySettings settings;
  settings.ack_files = ack_files(common);
  settings.control = common.control || !settings.ack_files.empty();
  settings.ack_timeout = options.ack_timeout;
  if (!settings.ack_files.empty()) settings.proof = Proof::acks;
  if (options.no_ack && !options.slot.empty()) settings.proof = Proof::none;
  return settings;
}

constexpr const char* kFaithful =
    "what the Debezium connector leaves out or garbles (infinite and old dates, arrays of arrays, "
    "types it drops, nulls of a deleted row) is printed whole; --debezium-quirks prints it as the "
    "connector does";

std::uint64_t limit_of(const Options& options) {
  return options.limit < 0 ? std::numeric_limits<std::uint64_t>::max()
                           : static_cast<std::uint64_t>(options.limit);
}

SourceIdentity identity_of(const Options& options, const std::string& database) {
  return {.name = options.topic_prefix.empty() ? database : options.topic_prefix,
          .database = database,
          .pretty = options.format.pretty,
          .color = options.format.color};
}

}  // namespace

Session::Session(const Options& options, cli::Context& context)
    : options_(options),
      context_(context),
      encoding_(make_encoding(options.encoding, options.debezium)),
      filter_(options.tables, options.exclude_tables),
      columns_(options.filters),
      source_(options),
      delivery_(delivery_settings(options, context.options()), context),
      meter_(context.metrics()) {
  if (options.run_for.count() > 0) deadline_ = Clock::now() + options.run_for;
}

base::ExitCode Session::run() {
  prepare();
  make_slot();
  announce();
  sample_slot();
  if (plan_.snapshot && !take_snapshot()) return finish_without_stream();
  changes_->set_start(plan_.start);
  reached_ = plan_.start;
  delivery_.set_rows(changes_->lines());
  delivery_.reached(plan_.start, base::hex16(plan_.start));
  if (plan_.snapshot) delivery_.checkpoint(true);
  sql_.reset();
  if (options_.snapshot.mode == SnapshotMode::only) return finish_without_stream();
  const bool acknowledged = stream();
  meter_.update(*changes_, delivery_, confirmed_);
  require_acknowledged(acknowledged);
  return base::ExitCode::done;
}

void Session::prepare() {
  sql_ = connect(options_, false, context_.stop());
  require_usable_server(*sql_);
  prepare_publications();
  until_ = options_.until_lsn;
  if (options_.until_now) {
    const auto now = sql_->query(
        "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE "
        "pg_current_wal_flush_lsn() END");
    until_ = std::max(until_.value_or(0), event::parse_lsn(now.at(0, 0)).value_or(0));
  }
  read_status_interval();
  replication_ = connect(options_, true, context_.stop());
  server_ = read_server_state(*replication_, options_.slot);
  StartRequest request{.snapshot = snapshot_mode(options_, context_.options()),
                       .create = options_.create};
  request.snapshot_new_slot =
      !options_.snapshot.mode && acks_by_stdout(context_.options()) && options_.filters.wants('r');
  request.start = options_.stream.start;
  request.moves_slot = delivery_.proof() != Proof::none;
  plan_ = plan_start(server_, delivery_.read_files(), request);
  preflight({*sql_, publications_, filter_, *encoding_, columns_, !plan_.create_slot});
  ChangesSettings settings;
  settings.identity = identity_of(options_, server_.id.database);
  settings.control = delivery_.control();
  settings.transactions = options_.transactions;
  settings.limit = limit_of(options_);
  settings.backlog_end = server_.wal_end;
  settings.ops = options_.filters.ops;
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
  if (delivery_.proof() == Proof::none || !options_.filters.wants('r')) return;
  incremental_ = std::make_unique<IncrementalSnapshot>(
      std::make_unique<ChunkReader>(options_, filter_, publications_),
      identity_of(options_, server_.id.database),
      delivery_,
      context_.metrics());
}

// Three updates within the time after which the server gives up on a silent client.
void Session::read_status_interval() {
  const auto result =
      sql_->query("SELECT setting FROM pg_settings WHERE name = 'wal_sender_timeout'");
  const auto timeout = base::parse_unsigned(result.at(0, 0)).value_or(0);
  if (timeout == 0) return;
  const milliseconds third(static_cast<std::int64_t>(timeout / 3));
  status_interval_ = std::clamp(third, milliseconds(50), status_interval_);
}

void Session::prepare_publications() {
  Catalog catalog(*sql_);
  std::vector<std::string> wanted = options_.publications;
  if (options_.create) {
    if (wanted.empty()) wanted.emplace_back(kDefaultPublication);
    for (const auto& name : wanted) catalog.create_publication(name, filter_);
  }
  publications_ = catalog.publications(wanted);
}

// The snapshot that comes with a new slot lives until the next command on its connection.
void Session::make_slot() {
  slot_ = options_.slot;
  if (!plan_.create_slot) return;
  const bool temporary = slot_.empty();
  if (temporary) slot_ = temporary_slot_name();
  if (plan_.replace_slot) drop_slot(*replication_, slot_);
  new_slot_ = create_slot(*replication_,
                          {.name = slot_,
                           .temporary = temporary,
                           .export_snapshot = plan_.snapshot,
                           .failover = options_.slots.failover && !temporary},
                          context_.stop());
  plan_.start = new_slot_.consistent_point;
}

// Only when somebody looks: it takes a connection of its own.
void Session::sample_slot() {
  const auto& common = context_.options();
  const bool wanted = !common.metrics_file.empty() || !common.metrics_listen.empty() ||
                      common.stats_interval.count() > 0;
  if (wanted) sampler_.emplace(connect_options(options_, false), slot_, context_.metrics());
}

void Session::announce() {
  SourceId id = server_.id;
  id.slot = slot_;
  delivery_.hello(source_json(id), base::hex16(plan_.start), encoding_->name());
  if (incremental_) incremental_->read_for(slot_);
  log::info("reading slot \"" + slot_ + "\" from " + event::lsn_text(plan_.start));
  if (options_.encoding == "debezium" && !options_.debezium.quirks) log::info(kFaithful);
  if (plan_.reason.empty()) return;
  const bool expected = options_.snapshot.mode == SnapshotMode::always;
  log::write(expected ? log::Level::info : log::Level::warning,
             plan_.reason + ": taking a new snapshot");
}

bool Session::take_snapshot() {
  SnapshotMeter meter(context_.metrics());
  InitialSnapshot snapshot({.options = options_,
                            .stop = context_.stop(),
                            .filter = filter_,
                            .publications = publications_,
                            .identity = identity_of(options_, server_.id.database),
                            .limit = limit_of(options_),
                            .tick =
                                [this] {
                                  (void)delivery_.confirmable();
                                  meter_.update_if_due(*changes_, delivery_, confirmed_);
                                },
                            .check_slot = [this] { check_temporary_slot(); },
                            .meter = meter},
                           *changes_,
                           delivery_);
  const bool whole = snapshot.run(new_slot_);
  delivery_.set_rows(changes_->lines());
  return whole && !changes_->limit_reached();
}

// A temporary slot is gone with its connection, and the changes since it was made with it.
void Session::check_temporary_slot() {
  if (options_.slot.empty()) replication_->execute("SELECT 1");
}

base::ExitCode Session::finish_without_stream() {
  meter_.update(*changes_, delivery_, confirmed_);
  delivery_.set_printed(changes_->lines());
  require_acknowledged(delivery_.finish([] {}));
  return base::ExitCode::done;
}

void Session::require_acknowledged(bool acknowledged) {
  if (!acknowledged) throw delivery_.why_unfinished();
}

// Comes back after a lost connection and goes on behind the last whole transaction printed.
bool Session::stream() {
  retry::Attempts attempts(retry_policy(options_), context_.stop(), retry_observer());
  for (;;) {
    try {
      if (replication_ == nullptr) reconnect();
      pg::ReplicationStream stream(
          *replication_,
          slot_,
          changes_->last_end(),
          pgoutput_options(
              replication_->server_version(), publications_, options_.stream.streaming));
      attempts.succeeded();
      Streaming streaming(limits(), stream, *changes_, delivery_);
      stream_once(streaming, stream);
      return finish_stream(streaming, stream);
    } catch (const base::Error& error) {
      replication_.reset();
      if (options_.slot.empty() && error.retryable()) {
        throw base::Error(
            ErrorKind::temporary,
            error.what(),
            "A temporary slot ends with its connection; a persistent one (--slot) would go on.");
      }
      if (restart_needed_) throw;
      attempts.failed(error);
    }
  }
}

void Session::stream_once(Streaming& streaming, pg::ReplicationStream& stream) {
  const auto remember = [&] {
    reached_ = streaming.position();
    confirmed_ = stream.confirmed();
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
  confirmed_ = stream.confirmed();
  return acknowledged;
}

void Session::reconnect() {
  replication_ = std::make_unique<pg::Connection>(connect_options(options_, true));
  const ServerState now = read_server_state(*replication_, slot_);
  const auto refuse = [&](const std::string& why) {
    throw base::Error(ErrorKind::unavailable,
                      "could not go on with slot \"" + slot_ + "\": " + why,
                      "Start walcat again: it decides from the ack file how to go on.");
  };
  if (now.id.system_id != server_.id.system_id) refuse("the server is another one now");
  check_timeline(now, server_.id.timeline, changes_->last_printed(), "what was printed");
  if (!now.slot.exists) refuse("it is gone");
  if (now.slot.confirmed > std::max(reached_, confirmed_)) refuse("something else has moved it");
  if (now.wal_end < changes_->last_end()) refuse("the server has lost what was printed already");
  if (now.id.timeline != server_.id.timeline) take_timeline(now);
  changes_->resume();
  if (incremental_) incremental_->stream_restarted();
  log::info("connected again, going on from " + event::lsn_text(changes_->last_end()));
}

// A standby was promoted. Ack files carry the timeline that hello told: with them another run must
// begin, so that no position is ever taken for one of the old timeline.
void Session::take_timeline(const ServerState& now) {
  if (delivery_.control()) {
    restart_needed_ = true;
    throw base::Error(
        ErrorKind::temporary,
        "could not go on: the server was promoted to timeline " + std::to_string(now.id.timeline),
        "Start walcat again: nothing is lost, and nothing acknowledged comes again.");
  }
  log::info("the server was promoted to timeline " + std::to_string(now.id.timeline));
  server_ = now;
}

StreamLimits Session::limits() {
  StreamLimits limits;
  limits.until_lsn = until_;
  limits.deadline = deadline_;
  limits.status_interval = status_interval_;
  limits.spool_folder =
      options_.stream.spool_folder.empty() ? Spool::default_folder() : options_.stream.spool_folder;
  limits.on_tick = [this](std::uint64_t spooled) {
    meter_.spooled(spooled);
    meter_.update_if_due(*changes_, delivery_, confirmed_);
    if (incremental_) incremental_->advance();
  };
  return limits;
}

}  // namespace cdckit::walcat
