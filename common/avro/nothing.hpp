// What stands for a value that was not sent where null cannot stand: null where it may be, else
// zero, or what is empty. Debezium makes up the same.
#pragma once

#include "common/avro/buffer.hpp"
#include "common/avro/plan.hpp"

#include <cstdint>

namespace cdckit::avro {

// False for a record that holds itself without end; `out` then has the begin of it.
bool append_nothing(Buffer& out, const Plan& plan, std::uint32_t index, int depth = 0);

}  // namespace cdckit::avro
