// Flags that say how a stream writes values, the same for every sink that reads them. Each binds
// its flag to what it is given; declaring does no I/O.
#pragma once

#include "common/cli/flag_table.hpp"

#include <string>

namespace cdckit::pipe {

// --encoding, --binary-handling, --unavailable-value.
void declare_encoding(cli::FlagTable& table,
                      std::string& encoding,
                      std::string& binary_handling,
                      std::string& unavailable_value);
// The last of them alone; `so`: what follows from it, `: it breaks no rule`, or nothing.
void declare_unavailable(cli::FlagTable& table, std::string& value, const std::string& so = "");

}  // namespace cdckit::pipe
