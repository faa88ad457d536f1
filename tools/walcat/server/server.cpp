#include "tools/walcat/server/server.hpp"

#include "common/base/text.hpp"
#include "common/log/log.hpp"
#include "common/pg/server_error.hpp"
#include "common/pg/session_settings.hpp"
#include "tools/walcat/server/unsent_rows.hpp"

#include <optional>

namespace cdckit::walcat {

pg::ConnectOptions connect_options(const ConnectSettings& settings, bool replication) {
  return {.conninfo = settings.conninfo,
          .application_name = "walcat",
          .replication = replication,
          .setup = std::string(pg::kNoSearchPath) + "; " + pg::kRefuseRowSecurity + "; " +
                   make_encoding(settings.encoding)->session_setup()};
}

retry::Policy retry_policy(const ConnectSettings& settings) {
  return {.first_delay = std::chrono::milliseconds(200),
          .max_delay = std::chrono::milliseconds(5000),
          .give_up_after = settings.retry_for};
}

retry::Observer retry_observer() {
  static constexpr std::chrono::minutes kAgain{1};
  using Time = std::chrono::steady_clock::time_point;
  return [said = std::optional<Time>()](const base::Error& error,
                                        std::chrono::milliseconds pause) mutable {
    const auto now = std::chrono::steady_clock::now();
    const bool is_news = !said || now - *said >= kAgain;
    if (is_news) said = now;
    const std::string text = std::string(error.what()) + "; trying again";
    if (is_news) {
      log::warning(text);
    } else {
      log::info(text + " in " + base::format_duration(pause));
    }
  };
}

namespace {

std::string login_hint(const pg::ServerError& error, bool replication) {
  if (error.sqlstate() == "42501" && replication)
    return "The role needs the attribute REPLICATION: ALTER ROLE name REPLICATION.";
  return pg::login_hint(error);
}

// A refused login with what is to be done about it.
std::unique_ptr<pg::Connection> open(const ConnectSettings& settings, bool replication) {
  try {
    return std::make_unique<pg::Connection>(connect_options(settings, replication));
  } catch (const pg::ServerError& error) {
    std::string hint = login_hint(error, replication);
    if (hint.empty()) throw;
    throw base::Error(error.kind(), error.what(), std::move(hint));
  }
}

}  // namespace

std::unique_ptr<pg::Connection> connect(const ConnectSettings& settings,
                                        bool replication,
                                        signals::StopToken stop) {
  return retry::run(
      retry_policy(settings), stop, [&] { return open(settings, replication); }, retry_observer());
}

pg::Connection& TableSource::connection() {
  if (connection_ == nullptr)
    connection_ = std::make_unique<pg::Connection>(connect_options(settings_, false));
  return *connection_;
}

CatalogTable TableSource::ask(const Relation& relation) {
  return Catalog(connection()).describe(relation);
}

bool TableSource::has_unsent_rows(const std::vector<std::string>& publications,
                                  std::uint32_t since,
                                  std::uint32_t oid) {
  try {
    return !find_unsent_rows(connection(), publications, since, oid).empty();
  } catch (const base::Error& error) {
    connection_.reset();
    log::info(error.what());
    return false;
  }
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
