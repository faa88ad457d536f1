// Which of two values comes first: numbers by value, texts that are both times by time, other texts
// by their bytes. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cdckit::cdc_check {

// -1, 0 or 1.
int compare_texts(std::string_view left, std::string_view right) noexcept;
// Of raw JSON; nothing where the two have no order.
std::optional<int> compare_tokens(std::string_view left,
                                  std::string_view right,
                                  std::string& left_scratch,
                                  std::string& right_scratch);

}  // namespace cdckit::cdc_check
