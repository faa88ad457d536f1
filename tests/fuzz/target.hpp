// What a fuzz target implements. base::Error is the right answer to bad bytes; anything else that
// escapes is a finding.
#pragma once

#include <string_view>

void fuzz_one(std::string_view bytes);
