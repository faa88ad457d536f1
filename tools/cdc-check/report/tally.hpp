// Counts of one run: lines, and for each rule how many it looked at, how many broke it, the last of
// them. Owns the windows of max_bad_ratio. Reuses its memory; one thread.
#pragma once

#include "common/metrics/metrics.hpp"
#include "tools/cdc-check/program/program.hpp"
#include "tools/cdc-check/windows/ratio_window.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::cdc_check {

struct RuleCount {
  const Code* code = nullptr;
  std::uint64_t rows = 0;  // looked at; set by set_rows()
  std::uint64_t bad = 0;
  std::uint64_t last_line = 0;  // number in the input; 0: none was bad
  std::string last_pos;
  std::string last_value;
  const char* last_why = "";

  // What was wrong the last time; empty when nothing was.
  [[nodiscard]] std::string last_reason() const;
  [[nodiscard]] double ratio() const noexcept {
    return rows == 0 ? 0 : static_cast<double>(bad) / static_cast<double>(rows);
  }
};

class Tally {
 public:
  Tally(const std::vector<Code>& codes, metrics::Registry& metrics);

  // One line: what it broke, and the programs that it went through. The rule whose window has too
  // many bad ones now, if there is one.
  const Code* add(const std::vector<Broken>& broken,
                  const std::vector<Program*>& programs,
                  std::uint64_t line,
                  std::string_view pos);
  void passed() noexcept { ++passed_; }
  void quarantined() noexcept { ++quarantined_; }
  // The quarantine is durable as of now: only then metrics show what is in it.
  void kept() noexcept { kept_ = quarantined_; }
  [[nodiscard]] bool all_kept() const noexcept { return kept_ == quarantined_; }
  // Lines by rule, and what metrics show.
  void refresh(const std::vector<std::uint64_t>& rows);

  [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::uint64_t passed_rows() const noexcept { return passed_; }
  [[nodiscard]] std::uint64_t quarantined_rows() const noexcept { return quarantined_; }
  [[nodiscard]] const std::vector<RuleCount>& rules() const noexcept { return rules_; }

 private:
  std::vector<RuleCount> rules_;
  std::vector<std::optional<RatioWindow>> windows_;
  std::vector<metrics::Counter*> bad_;
  std::vector<metrics::Gauge*> ratio_;
  metrics::Counter& rows_total_;
  metrics::Counter& passed_total_;
  metrics::Counter& quarantined_total_;
  bool has_windows_ = false;
  std::uint64_t rows_ = 0;
  std::uint64_t passed_ = 0;
  std::uint64_t quarantined_ = 0;
  std::uint64_t kept_ = 0;
};

}  // namespace cdckit::cdc_check
