// Turns what libpq and the server say about a failure into one ServerError. The kind comes from the
// SQLSTATE (PostgreSQL manual, Appendix A); a failure without one is a lost or refused connection.
#pragma once

#include "common/pg/connection.hpp"

#include <string>
#include <string_view>

namespace cdckit::pg {

// The one table: every exit code of ours that follows from an SQLSTATE, and what belongs to a row.
base::ErrorKind kind_of_sqlstate(std::string_view sqlstate) noexcept;
// The server refused data, not us: such an error belongs to a single row.
bool is_row_error(const base::Error& error) noexcept;
// The text that libpq composed, on one line: without severity, LOCATION, and line breaks.
std::string one_line(std::string_view message);

// `could not <what>: message (SQLSTATE 42P01)`. The result may be null.
ServerError server_error(pg_conn* connection, const pg_result* result, const std::string& what);
// For a connection that did not come about; expects verbose messages (they carry the SQLSTATE).
ServerError connect_error(std::string_view message, bool password_needed);
// What can be done about a refused login; "" when that is not known.
std::string login_hint(const ServerError& error);

}  // namespace cdckit::pg
