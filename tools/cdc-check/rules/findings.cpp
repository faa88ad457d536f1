#include "tools/cdc-check/rules/findings.hpp"

#include "common/log/log.hpp"

namespace cdckit::cdc_check {

void Findings::keep(const base::Error& error) {
  if (error.kind() != base::ErrorKind::config) throw;
  errors_.push_back(error);
}

void Findings::finish() const {
  if (errors_.empty()) return;
  for (std::size_t i = 0; i + 1 < errors_.size(); ++i)
    log::error(errors_[i].what(), {}, errors_[i].hint());
  throw base::Error(errors_.back());
}

}  // namespace cdckit::cdc_check
