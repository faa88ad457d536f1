#include "common/pg/connect.hpp"

#include "common/base/text.hpp"
#include "common/io/file_descriptor.hpp"
#include "common/log/log.hpp"
#include "common/pg/resolve.hpp"
#include "common/pg/server_error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <poll.h>
#include <random>

#include <libpq-fe.h>

namespace cdckit::pg {
namespace {

using base::ErrorKind;
using Clock = std::chrono::steady_clock;

// A bare name is a database; anything else must parse, so that a typing error is told from a server
// that is away.
void check_conninfo(const std::string& conninfo) {
  const bool is_uri = conninfo.find("://") != std::string::npos;
  if (!is_uri && conninfo.find('=') == std::string::npos) return;
  char* reason = nullptr;
  PQconninfoOption* parsed = PQconninfoParse(conninfo.c_str(), &reason);
  if (parsed == nullptr) {
    const std::string text = reason == nullptr ? "out of memory" : one_line(reason);
    PQfreemem(reason);
    throw base::Error(ErrorKind::config, "could not read the connection string: " + text);
  }
  PQconninfoFree(parsed);
}

void take_notice(void* warning, const PGresult* result) {
  const char* severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  if (message == nullptr) return;
  const bool warns = severity != nullptr && std::strcmp(severity, "WARNING") == 0;
  log::write(warns ? log::Level::warning : log::Level::info,
             std::string("server: ") + one_line(message));
  if (!warns) return;
  const char* sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  *static_cast<Warning*>(warning) = {sqlstate == nullptr ? "" : sqlstate, one_line(message)};
}

// Names and values as PQconnectStartParams() takes them; a later one counts.
class Parameters {
 public:
  void add(const char* name, const char* value) {
    names_.push_back(name);
    values_.push_back(value);
  }
  pg_conn* start() {
    add(nullptr, nullptr);
    return PQconnectStartParams(names_.data(), values_.data(), 1);
  }

 private:
  std::vector<const char*> names_;
  std::vector<const char*> values_;
};

// All settings by their names. libpq tells them of a connection only: this one is never tried,
// since it asks for a channel binding that there is not. (A password keeps it from opening files.)
std::map<std::string, std::string> resolved(const std::string& conninfo) {
  Parameters parameters;
  parameters.add("dbname", conninfo.c_str());
  parameters.add("password", "-");
  parameters.add("channel_binding", "none of them");
  const Handle probe(parameters.start());
  std::map<std::string, std::string> settings;
  PQconninfoOption* options = PQconninfo(probe.get());
  for (auto* option = options; option != nullptr && option->keyword != nullptr; ++option) {
    if (option->val != nullptr) settings[option->keyword] = option->val;
  }
  PQconninfoFree(options);
  return settings;
}

// As libpq has it: zero and less mean for ever, one second is too little to be meant.
std::optional<std::chrono::seconds> timeout_of(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto seconds = base::parse_signed(base::trim(text)).value_or(0);
  return std::chrono::seconds(seconds <= 0 ? 0 : std::max<std::int64_t>(seconds, 2));
}

// A server that went away without a word is noticed within a minute, also while an answer is
// awaited; the system's own answer is two hours.
void add_defaults(const std::map<std::string, std::string>& settings, ConnectSettings& out) {
  const auto unset = [&](const char* name) { return !settings.contains(name); };
  if (unset("tcp_user_timeout")) out.defaults.emplace_back("tcp_user_timeout", "60000");
  const bool chosen =
      !unset("keepalives_idle") || !unset("keepalives_interval") || !unset("keepalives_count");
  if (chosen) return;
  out.defaults.emplace_back("keepalives_idle", "30");
  out.defaults.emplace_back("keepalives_interval", "10");
  out.defaults.emplace_back("keepalives_count", "3");
}

class Connecting {
 public:
  Connecting(const ConnectOptions& options, Warning* warning)
      : options_(options),
        settings_(read_connect_settings(options.conninfo)),
        warning_(warning),
        stopped_before_(options.stop.stop_requested()) {
    if (settings_.shuffle) {
      std::shuffle(settings_.hosts.begin(), settings_.hosts.end(), std::random_device());
    }
  }

  Handle run() {
    if (settings_.prefer_standby) {
      if (Handle found = round("standby")) return found;
      failures_.clear();
    }
    if (Handle found = round(settings_.prefer_standby ? "any" : nullptr)) return found;
    throw all_failures();
  }

 private:
  // Nothing when no host would have us and another might have.
  Handle round(const char* session_attributes) {
    for (const Target& host : settings_.hosts) {
      for (const Target& target : addresses(host)) {
        if (Handle found = attempt(target, session_attributes)) return found;
      }
    }
    return Handle(nullptr);
  }

  std::vector<Target> addresses(const Target& host) {
    if (!host.address.empty() || host.host.empty() || host.host.front() == '/' ||
        host.host.front() == '@')
      return {host};
    const auto deadline = deadline_from_now();
    std::vector<Target> targets;
    try {
      for (auto& address : resolve(host.host, [&](int fd) { return wait(fd, POLLIN, deadline); })) {
        targets.push_back({host.host, std::move(address), host.port});
      }
    } catch (const base::Error& error) {
      if (stopped()) throw;
      note({error.kind(), error.what(), "", ""});
    }
    return targets;
  }

  Handle attempt(const Target& target, const char* session_attributes) {
    Handle handle = start(target, session_attributes);
    try {
      finish(handle);
      return handle;
    } catch (const ServerError& error) {
      note(error);
      if (stopped()) throw;
      // who refuses the login will not be asked elsewhere, just as libpq has it
      const bool refused = !error.sqlstate().empty() && error.sqlstate() != "57P03";
      if (refused || !error.retryable()) throw all_failures();
    }
    return Handle(nullptr);
  }

  void note(const ServerError& error) {
    failures_.emplace_back(error.what());
    failure_.emplace(error);
  }
  [[nodiscard]] bool stopped() const { return !stopped_before_ && options_.stop.stop_requested(); }
  [[nodiscard]] ServerError all_failures() const {
    return {failure_->kind(), joined(), failure_->sqlstate(), failure_->context()};
  }

  Handle start(const Target& target, const char* session_attributes) {
    Parameters parameters;
    for (const auto& [name, value] : settings_.defaults) parameters.add(name, value);
    parameters.add("dbname", options_.conninfo.c_str());
    parameters.add("fallback_application_name", options_.application_name.c_str());
    parameters.add("client_encoding", "UTF8");
    if (options_.replication) parameters.add("replication", "database");
    if (settings_.hosts.size() > 1 || !target.address.empty()) {
      parameters.add("host", target.host.c_str());
      parameters.add("hostaddr", target.address.c_str());
      parameters.add("port", target.port.c_str());
    }
    if (session_attributes != nullptr) parameters.add("target_session_attrs", session_attributes);
    Handle handle(parameters.start());
    if (handle == nullptr) throw base::Error(ErrorKind::io, "could not connect: out of memory");
    // Only a verbose message carries the SQLSTATE of a refused login.
    PQsetErrorVerbosity(handle.get(), PQERRORS_VERBOSE);
    PQsetNoticeReceiver(handle.get(), take_notice, warning_);
    return handle;
  }

  void finish(const Handle& handle) {
    if (PQstatus(handle.get()) == CONNECTION_BAD) {
      throw connect_error(PQerrorMessage(handle.get()), false);
    }
    const auto deadline = deadline_from_now();
    PostgresPollingStatusType next = PGRES_POLLING_WRITING;
    while (next != PGRES_POLLING_OK) {
      if (next == PGRES_POLLING_FAILED) {
        throw connect_error(PQerrorMessage(handle.get()),
                            PQconnectionNeedsPassword(handle.get()) != 0);
      }
      const short events = next == PGRES_POLLING_READING ? POLLIN : POLLOUT;
      if (!wait(PQsocket(handle.get()), events, deadline)) throw silent(handle.get());
      next = PQconnectPoll(handle.get());
    }
    PQsetErrorVerbosity(handle.get(), PQERRORS_DEFAULT);
  }

  ServerError silent(const pg_conn* handle) const {
    const char* host = PQhost(handle);
    const char* port = PQport(handle);
    return {ErrorKind::temporary,
            std::string("could not connect: connection to server at \"") +
                (host == nullptr ? "" : host) + "\", port " + (port == nullptr ? "" : port) +
                " failed: no answer within " + base::format_duration(limit()),
            "",
            ""};
  }

  [[nodiscard]] std::chrono::seconds limit() const {
    if (options_.hurried) return options_.connect_timeout;
    return settings_.timeout.value_or(options_.connect_timeout);
  }
  [[nodiscard]] Clock::time_point deadline_from_now() const {
    return limit().count() == 0 ? Clock::time_point::max() : Clock::now() + limit();
  }

  // False when the time is over. Throws when a stop is requested meanwhile; one that came before
  // has been decided about by whoever connects all the same.
  [[nodiscard]] bool wait(int socket, short events, Clock::time_point deadline) const {
    for (;;) {
      int timeout = -1;
      if (deadline != Clock::time_point::max()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        timeout = static_cast<int>(std::max<std::int64_t>(left.count(), 0));
      }
      std::array<pollfd, 2> entries{
          {{socket, events, 0}, {stopped_before_ ? -1 : options_.stop.fd(), POLLIN, 0}}};
      const int ready = ::poll(entries.data(), entries.size(), timeout);
      if (ready < 0 && errno != EINTR) {
        throw base::Error(ErrorKind::io, std::string("could not connect: ") + std::strerror(errno));
      }
      if (entries[1].revents != 0 && ready > 0) {
        throw ServerError(ErrorKind::temporary, "could not connect: stopped", "", "");
      }
      if (ready > 0) return true;
      if (ready == 0) return false;
    }
  }

  // `could not connect: A; B`
  [[nodiscard]] std::string joined() const {
    constexpr std::string_view kPrefix = "could not connect: ";
    std::string out;
    for (std::string_view text : failures_) {
      if (!out.empty() && text.starts_with(kPrefix)) text.remove_prefix(kPrefix.size());
      out += (out.empty() ? "" : "; ") + std::string(text);
    }
    return out;
  }

  const ConnectOptions& options_;
  ConnectSettings settings_;
  Warning* warning_;
  bool stopped_before_;
  std::optional<ServerError> failure_;  // the last
  std::vector<std::string> failures_;
};

}  // namespace

std::vector<Target> split_hosts(const std::string& hosts,
                                const std::string& addresses,
                                const std::string& ports) {
  const auto host_list = base::split(hosts, ',');
  const auto address_list = base::split(addresses, ',');
  const auto port_list = base::split(ports, ',');
  const auto at = [](const std::vector<std::string>& list, std::size_t index) {
    if (list.size() == 1) return list.front();
    return index < list.size() ? list[index] : std::string();
  };
  const auto count = std::max(host_list.size(), address_list.size());
  const auto fits = [&](const std::vector<std::string>& list, const std::string& text) {
    return text.empty() || list.size() == count;
  };
  // what does not fit together is left to libpq, which says so
  if (!fits(host_list, hosts) || !fits(address_list, addresses) ||
      (port_list.size() > 1 && port_list.size() != count))
    return {{}};
  std::vector<Target> targets;
  for (std::size_t i = 0; i < count; ++i) {
    targets.push_back({at(host_list, i), at(address_list, i), at(port_list, i)});
  }
  return targets;
}

ConnectSettings read_connect_settings(const std::string& conninfo) {
  check_conninfo(conninfo);
  auto settings = resolved(conninfo);
  ConnectSettings out;
  out.hosts = split_hosts(settings["host"], settings["hostaddr"], settings["port"]);
  out.timeout = timeout_of(settings["connect_timeout"]);
  out.prefer_standby = settings["target_session_attrs"] == "prefer-standby";
  out.shuffle = settings["load_balance_hosts"] == "random";
  add_defaults(settings, out);
  return out;
}

Handle connect_session(const ConnectOptions& options, Warning* warning) {
  return Connecting(options, warning).run();
}

}  // namespace cdckit::pg
