#include "tools/walcat/delivery/delivery.hpp"

namespace cdckit::walcat {

namespace {

constexpr std::size_t kBatch = 128U << 10U;

}  // namespace

void Delivery::submit(bool now) {
  if (now || lines().size() >= kBatch) end_.submit();
}

}  // namespace cdckit::walcat
