// What leaves pg-load: receipts on stdout, counters, the summary at the end.
#pragma once

#include "common/cli/run_tool.hpp"
#include "common/ndjson/writer.hpp"
#include "tools/pg-load/batch/receipt.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace cdckit::pg_load {

class Reporter {
 public:
  explicit Reporter(cli::Context& context);

  void committed(const Receipt& receipt);
  // --accept-gap: the next receipt says between which positions the target has nothing.
  void tell_gap(std::string from, std::string to) {
    gap_from_ = std::move(from);
    gap_to_ = std::move(to);
  }
  // On stderr when rows were rejected, else only with -v.
  void summary(std::uint64_t rejected) const;
  [[nodiscard]] std::uint64_t rows_ok() const noexcept { return rows_ok_; }

 private:
  ndjson::Writer out_;
  metrics::Registry& metrics_;
  metrics::Histogram& seconds_;
  std::string gap_from_;
  std::string gap_to_;
  std::uint64_t rows_ok_ = 0;
};

}  // namespace cdckit::pg_load
