#include "common/pg/server_error.hpp"

#include "common/base/text.hpp"
#include "common/secrets/secret.hpp"

#include <array>

#include <libpq-fe.h>

namespace cdckit::pg {
namespace {

using base::ErrorKind;

struct StateRule {
  std::string_view prefix;
  ErrorKind kind;
};

// The one table of what an SQLSTATE means to us; the first match counts. Only the data classes are
// about what was sent: all else is no reason to throw a row away.
constexpr std::array kRules{
    StateRule{"21", ErrorKind::data},            // cardinality
    StateRule{"22", ErrorKind::data},            // data exception
    StateRule{"23", ErrorKind::data},            // constraints
    StateRule{"27", ErrorKind::data},            // triggered data change
    StateRule{"2F", ErrorKind::data},            // SQL routine
    StateRule{"38", ErrorKind::data},            // external routine
    StateRule{"44", ErrorKind::data},            // check option
    StateRule{"54", ErrorKind::data},            // program limits: too many columns, row too big
    StateRule{"P0", ErrorKind::data},            // RAISE
    StateRule{"03", ErrorKind::bug},             // statement not complete
    StateRule{"08P01", ErrorKind::protocol},     // protocol_violation
    StateRule{"08", ErrorKind::temporary},       // connection exceptions
    StateRule{"25006", ErrorKind::temporary},    // read-only for now: recovery, failover
    StateRule{"25P03", ErrorKind::temporary},    // idle in a transaction for too long
    StateRule{"25P04", ErrorKind::temporary},    // in a transaction for too long
    StateRule{"25", ErrorKind::bug},             // transaction state
    StateRule{"28", ErrorKind::permission},      // invalid authorization
    StateRule{"0L", ErrorKind::permission},      // invalid grantor
    StateRule{"0P", ErrorKind::permission},      // invalid role
    StateRule{"2D", ErrorKind::bug},             // transaction termination
    StateRule{"34", ErrorKind::bug},             // cursor name
    StateRule{"3B", ErrorKind::bug},             // savepoint
    StateRule{"40", ErrorKind::temporary},       // serialization failure, deadlock
    StateRule{"42501", ErrorKind::permission},   // insufficient_privilege
    StateRule{"53", ErrorKind::temporary},       // no disk, memory, connections
    StateRule{"55006", ErrorKind::temporary},    // object_in_use: the old walsender may linger
    StateRule{"55P03", ErrorKind::temporary},    // lock_not_available
    StateRule{"57P04", ErrorKind::unavailable},  // database_dropped
    StateRule{"57", ErrorKind::temporary},       // shutdown, crash, starting up, cancelled
    StateRule{"58P01", ErrorKind::unavailable},  // undefined_file: WAL segment removed
    StateRule{"58", ErrorKind::io},              // the server's disk
    StateRule{"72", ErrorKind::temporary},       // snapshot too old
    StateRule{"F0", ErrorKind::config},          // the server's configuration file
    StateRule{"XX", ErrorKind::io},              // internal error, corrupted data
};

bool is_severity_end(std::string_view message, std::size_t colon) {
  return colon > 2 && message.substr(colon, 3) == ":  ";
}

std::string_view field(const pg_result* result, int code) {
  const char* text = result == nullptr ? nullptr : PQresultErrorField(result, code);
  return text == nullptr ? std::string_view{} : std::string_view{text};
}

// The five characters after the severity of a verbose message: `FATAL:  28P01: password ...`.
std::string_view sqlstate_inside(std::string_view message) {
  for (std::size_t at = message.find(":  "); at != std::string_view::npos;
       at = message.find(":  ", at + 3)) {
    if (is_severity_end(message, at) && message.substr(at + 8, 2) == ": ") {
      return message.substr(at + 3, 5);
    }
  }
  return {};
}

// What can be done about a statement that was refused; "" when that is not known.
std::string statement_hint(std::string_view sqlstate) {
  if (sqlstate != "25006") return "";
  return "The server is a standby (target_session_attrs=read-write passes it over), or "
         "default_transaction_read_only is on for this role or database.";
}

ErrorKind kind_without_state(std::string_view message) {
  for (const std::string_view sign : {"certificate verify failed",
                                      "does not support SSL",
                                      "server certificate for",
                                      "certificate file",
                                      "private key",
                                      " alert ",  // of TLS: the other side refuses ours
                                      "requested authentication"}) {
    if (message.find(sign) != std::string_view::npos) return ErrorKind::permission;
  }
  // Everything else that libpq says before it tried a server is about its settings.
  for (const std::string_view sign :
       {"connection to server", "could not translate", "server closed", "timeout"}) {
    if (message.find(sign) != std::string_view::npos) return ErrorKind::temporary;
  }
  return ErrorKind::config;
}

}  // namespace

ErrorKind kind_of_sqlstate(std::string_view sqlstate) noexcept {
  if (sqlstate.empty()) return ErrorKind::temporary;
  for (const auto& rule : kRules) {
    if (sqlstate.starts_with(rule.prefix)) return rule.kind;
  }
  // Not there, not built in, not as we need it: 0A, 3D, 3F, 42, 55000 and what nobody knows.
  return ErrorKind::unavailable;
}

bool is_row_error(const base::Error& error) noexcept {
  const auto* server = dynamic_cast<const ServerError*>(&error);
  if (server == nullptr || server->sqlstate().empty()) return false;
  // A policy refuses a row with the SQLSTATE of a missing privilege.
  const bool policy = server->sqlstate() == "42501" && server->routine() == "ExecWithCheckOptions";
  // What a function of the user's raises is about its row, whatever SQLSTATE it has chosen.
  const bool raised = server->kind() != ErrorKind::temporary &&
                      server->context().find(" at RAISE") != std::string::npos;
  return policy || raised || server->kind() == ErrorKind::data;
}

std::string one_line(std::string_view message) {
  std::string out;
  for (const std::string& piece : base::split(message, '\n')) {
    const auto line = base::trim(piece);
    if (line.empty() || line.starts_with("LOCATION:")) continue;
    if (!out.empty()) out += "; ";
    out += line;
  }
  for (std::size_t at = out.find(":  "); at != std::string::npos; at = out.find(":  ", at)) {
    out.erase(at + 1, 1);
  }
  return secrets::scrub(out);
}

ServerError server_error(pg_conn* connection, const pg_result* result, const std::string& what) {
  const std::string sqlstate(field(result, PG_DIAG_SQLSTATE));
  std::string message = "could not " + what + ": ";
  if (sqlstate.empty()) {
    message += one_line(PQerrorMessage(connection));
  } else {
    message += one_line(field(result, PG_DIAG_MESSAGE_PRIMARY));
    const auto detail = field(result, PG_DIAG_MESSAGE_DETAIL);
    if (!detail.empty()) message += ": " + one_line(detail);
    message += " (SQLSTATE " + sqlstate + ")";
  }
  return {kind_of_sqlstate(sqlstate),
          message,
          sqlstate,
          std::string(field(result, PG_DIAG_CONTEXT)),
          std::string(field(result, PG_DIAG_SOURCE_FUNCTION)),
          statement_hint(sqlstate)};
}

ServerError connect_error(std::string_view message, bool password_needed) {
  const std::string sqlstate(sqlstate_inside(message));
  auto kind = sqlstate.empty() ? kind_without_state(message) : kind_of_sqlstate(sqlstate);
  if (password_needed) kind = ErrorKind::permission;
  std::string text = one_line(message);
  const auto at = sqlstate.empty() ? std::string::npos : text.find(": " + sqlstate + ": ");
  if (at != std::string::npos) text.erase(at, sqlstate.size() + 2);
  return {kind, "could not connect: " + text, sqlstate, ""};
}

std::string login_hint(const ServerError& error) {
  const std::string_view message = error.what();
  if (error.sqlstate() == "28000" && message.find("pg_hba.conf") != std::string_view::npos)
    return "The server's pg_hba.conf needs a line for this role, database and address.";
  if (error.sqlstate() == "28P01")
    return "The password comes from PGPASSWORD, ~/.pgpass or a service file.";
  return "";
}

}  // namespace cdckit::pg
