// One line of --check: JSON {"check","ok","detail","hint"} for programs, columns for people.
#pragma once

#include <string_view>

namespace cdckit::cli {

// On stdout, at once: JSON, or columns where choose_check_format() or a terminal asks for them.
// Throws what writing throws. Main thread.
void print_check(std::string_view check,
                 bool ok,
                 std::string_view detail,
                 std::string_view hint = {});

// What --format says: "pretty", "ndjson", or "" to go by what stdout is.
void choose_check_format(std::string_view format);

}  // namespace cdckit::cli
