// What one committed batch did to one table: the line that pg-load prints for it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cdckit::pg_load {

struct Receipt {
  std::string table;
  std::uint64_t rows_in = 0;
  std::uint64_t inserted = 0;
  std::uint64_t updated = 0;
  std::uint64_t deleted = 0;
  std::uint64_t unchanged = 0;
  std::uint64_t rejected = 0;
  std::uint64_t bytes = 0;
  std::uint64_t milliseconds = 0;
  std::string pos{};  // empty: null
  // --accept-gap: positions between which the target has nothing; empty: no member
  std::string gap_from{};
  std::string gap_to{};

  // {"tool":"pg-load","table",...,"pos"} without a line break.
  [[nodiscard]] std::string json() const;
};

}  // namespace cdckit::pg_load
