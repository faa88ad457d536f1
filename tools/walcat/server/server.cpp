#include "tools/walcat/server/server.hpp"

#include "common/base/text.hpp"
#include "common/log/log.hpp"
#include "common/pg/server_error.hpp"
#include "tools/walcat/debezium/make_encoding.hpp"

namespace cdckit::walcat {

pg::ConnectOptions connect_options(const Options& options, bool replication) {
  return {.conninfo = options.conninfo,
          .application_name = "walcat",
          .replication = replication,
          .setup = make_encoding(options.encoding, options.debezium)->session_setup()};
}

retry::Policy retry_policy(const Options& options) {
  return {.first_delay = std::chrono::milliseconds(200),
          .max_delay = std::chrono::milliseconds(5000),
          .give_up_after = options.retry_for};
}

retry::Observer retry_observer() {
  return [](const base::Error& error, std::chrono::milliseconds pause) {
    log::info(std::string(error.what()) + "; trying again in " + base::format_duration(pause));
  };
}

namespace {

std::string login_hint(const pg::ServerError& error, bool replication) {
  if (error.sqlstate() == "42501" && replication)
    return "The role needs the attribute REPLICATION: ALTER ROLE name REPLICATION.";
  return pg::login_hint(error);
}

// A refused login with what is to be done about it.
std::unique_ptr<pg::Connection> open(const Options& options, bool replication) {
  try {
    return std::make_unique<pg::Connection>(connect_options(options, replication));
  } catch (const pg::ServerError& error) {
    std::string hint = login_hint(error, replication);
    if (hint.empty()) throw;
    throw base::Error(error.kind(), error.what(), std::move(hint));
  }
}

}  // namespace

std::unique_ptr<pg::Connection> connect(const Options& options,
                                        bool replication,
                                        signals::StopToken stop) {
  return retry::run(
      retry_policy(options), stop, [&] { return open(options, replication); }, retry_observer());
}

CatalogTable TableSource::ask(const Relation& relation) {
  if (connection_ == nullptr)
    connection_ = std::make_unique<pg::Connection>(connect_options(options_, false));
  return Catalog(*connection_).describe(relation);
}

// An idle connection may have been cut without notice: one more attempt on a fresh one.
CatalogTable TableSource::describe(const Relation& relation) {
  const bool was_open = connection_ != nullptr;
  try {
    return ask(relation);
  } catch (const base::Error& error) {
    connection_.reset();
    if (!was_open || !error.retryable()) throw;
  }
  return ask(relation);
}

}  // namespace cdckit::walcat
