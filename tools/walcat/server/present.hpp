// Where the server stands at this moment. Throws like pg::Connection.
#pragma once

#include "common/pg/connection.hpp"

#include <cstdint>

namespace cdckit::walcat {

// An LSN up to which the stream can come: flushed, or on a standby replayed.
std::uint64_t flushed_position(pg::Connection& connection);
// Every transaction that has not begun yet is this one or a later one.
std::uint32_t next_transaction(pg::Connection& connection);

}  // namespace cdckit::walcat
