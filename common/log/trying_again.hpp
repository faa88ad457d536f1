// What failed and is tried again, said to everybody the first time and every ten seconds from then
// on, whatever it is; in between to who asked for more (-v). For the whole process: several threads
// may fail at once. Thread-safe; throws nothing but bad_alloc.
#pragma once

#include <chrono>
#include <string_view>

namespace cdckit::log {

void trying_again(std::string_view why, std::chrono::milliseconds pause);

}  // namespace cdckit::log
