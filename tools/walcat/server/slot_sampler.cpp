#include "tools/walcat/server/slot_sampler.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/log/log.hpp"

namespace cdckit::walcat {
namespace {

constexpr std::chrono::seconds kInterval{10};

std::string question(const pg::Connection& connection, const std::string& slot) {
  return "SELECT pg_wal_lsn_diff(w.at, s.confirmed_flush_lsn)::bigint, "
         "pg_wal_lsn_diff(w.at, s.restart_lsn)::bigint, s.safe_wal_size, "
         "s.active::int, s.wal_status "
         "FROM pg_replication_slots s, (SELECT CASE WHEN pg_is_in_recovery() "
         "THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS at) w "
         "WHERE s.slot_name = " +
         connection.quote_literal(slot);
}

double number(std::string_view text) {
  return static_cast<double>(base::parse_signed(text).value_or(0));
}

}  // namespace

SlotSampler::SlotSampler(pg::ConnectOptions options, std::string slot, metrics::Registry& registry)
    : options_(std::move(options)),
      slot_(std::move(slot)),
      registry_(registry),
      lag_(registry.gauge("walcat_slot_lag_bytes",
                          "WAL behind the server's present end that nobody has confirmed.")),
      retained_(
          registry.gauge("walcat_slot_retained_bytes", "WAL that the server keeps for the slot.")) {
  options_.replication = false;
  options_.connect_timeout = std::chrono::seconds(1);
  options_.hurried = true;  // the end waits for it
  thread_ = std::thread([this] { run(); });
}

SlotSampler::~SlotSampler() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

bool SlotSampler::stopping() {
  const std::lock_guard lock(mutex_);
  return stop_;
}

// False when the end came meanwhile.
bool SlotSampler::wait(std::chrono::milliseconds pause) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, pause, [&] { return stop_; });
}

void SlotSampler::run() {
  do {
    try {
      sample();
    } catch (const base::Error& error) {
      connection_.reset();
      if (!stopping()) log::info(std::string("could not ask how far the slot is: ") + error.what());
    }
  } while (wait(kInterval));
}

void SlotSampler::sample() {
  if (connection_ == nullptr) connection_ = std::make_unique<pg::Connection>(options_);
  const auto give_up = [this] {
    if (stopping()) throw base::Error(base::ErrorKind::temporary, "stopped");
  };
  const auto result =
      connection_->query_until_stop(question(*connection_, slot_), signals::StopToken(), give_up);
  if (result.rows() == 0) return;
  lag_.set(number(result.at(0, 0)));
  retained_.set(number(result.at(0, 1)));
  registry_.gauge("walcat_slot_active", "1 while somebody reads the slot.")
      .set(number(result.at(0, 3)));
  for (const char* status : {"reserved", "extended", "unreserved", "lost"})
    registry_
        .gauge("walcat_slot_wal_status",
               "1 for what the server says of the WAL that the slot needs.",
               {{"status", status}})
        .set(result.at(0, 4) == status ? 1 : 0);
  if (result.is_null(0, 2)) return;
  registry_
      .gauge("walcat_slot_safe_wal_bytes",
             "WAL that may still be written before the slot is in danger.")
      .set(number(result.at(0, 2)));
}

}  // namespace cdckit::walcat
