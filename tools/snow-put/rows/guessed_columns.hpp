// Columns for plain rows that no schema line describes: what the rows themselves show. A member
// that is null everywhere gets none; one that is of two kinds is a document. Pure.
#pragma once

#include "common/event/event.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cdckit::snow_put {

class GuessedColumns {
 public:
  void see(const event::Event& row);
  // Stored names and Snowflake types, in the order in which they were first met.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> columns() const;

 private:
  enum class Kind { nothing, boolean, integer, real, text, document };
  struct Guess {
    std::string member;  // raw, as in the line
    Kind kind = Kind::nothing;
  };
  static Kind kind_of(std::string_view token) noexcept;
  static const char* type_of(Kind kind) noexcept;
  static Kind both(Kind one, Kind other) noexcept;

  std::vector<Guess> guesses_;
};

}  // namespace cdckit::snow_put
