#include "tools/kcat-cdc/transactions/transaction_cut.hpp"

#include <algorithm>

namespace cdckit::kcat_cdc {

std::chrono::milliseconds TransactionCut::left(Time now, bool border) const noexcept {
  const auto whole = border ? limits_.age : limits_.longest;
  const auto rest = std::chrono::ceil<std::chrono::milliseconds>(whole - (now - began_));
  return std::max(rest, std::chrono::milliseconds(0));
}

}  // namespace cdckit::kcat_cdc
