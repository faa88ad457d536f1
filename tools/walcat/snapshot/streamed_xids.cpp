#include "tools/walcat/snapshot/streamed_xids.hpp"

namespace cdckit::walcat {

void StreamedXids::add(std::uint32_t xid) {
  if (!any_ || xid_precedes(newest_, xid)) newest_ = xid;
  any_ = true;
  const std::uint32_t number = xid / kBlock;
  if (last_ == nullptr || last_number_ != number) {
    const auto [found, is_new] = blocks_.try_emplace(number);
    if (is_new) order_.push_back(number);
    last_ = &found->second;
    last_number_ = number;
    if (order_.size() > kBlocks) {
      const auto oldest = order_.front();
      order_.pop_front();
      if (oldest == number) {
        order_.push_back(number);
      } else {
        blocks_.erase(oldest);
      }
    }
  }
  last_->set(xid % kBlock);
}

void StreamedXids::clear() {
  *this = StreamedXids();
}

bool StreamedXids::contains(std::uint32_t xid) const {
  const auto found = blocks_.find(xid / kBlock);
  return found != blocks_.end() && found->second.test(xid % kBlock);
}

}  // namespace cdckit::walcat
