#include "tools/kcat-cdc/delivery/deliveries.hpp"

#include "tools/kcat-cdc/value/line_builder.hpp"

namespace cdckit::kcat_cdc {

namespace {

// Shapes and positions are no rows that could be left out.
base::Error too_large_of_ours(const kafka::FailedDelivery& delivery) {
  return {base::ErrorKind::config,
          delivery.error.what(),
          "kcat-cdc keeps shapes and positions in topics of its own: the limit of this one "
          "(max.message.bytes) is too small for a record of " +
              std::to_string(delivery.key.size() + delivery.value.size()) + " bytes."};
}

// The line that a record was made of, near enough for a reject file.
std::string line_of(const kafka::FailedDelivery& delivery, std::string_view pos) {
  std::string value(delivery.value);
  if (!value.starts_with('{') || pos.empty()) return value;
  const std::string key = delivery.key.empty() ? "null" : std::string(delivery.key);
  return "{\"pos\":\"" + std::string(pos) + "\",\"key\":" + key + "," + value.substr(1);
}

}  // namespace

void Deliveries::delivered(std::uint64_t tag) {
  if (tag == kShapeTag) {
    shape_on_its_way_ = false;
  } else {
    log.settled(tag);
  }
}

void Deliveries::failed(const kafka::FailedDelivery& delivery) {
  if (delivery.dropped) return;
  if (!delivery.too_large || delivery.tag >= kPositionTag) {
    if (!failure_) failure_ = delivery.too_large ? too_large_of_ours(delivery) : delivery.error;
    return;
  }
  std::string_view pos;
  for (const kafka::Header& header : delivery.headers) {
    if (header.name == kPosHeader) pos = header.value.value_or(std::string_view{});
  }
  too_large_.push_back({delivery.tag,
                        std::string(delivery.topic),
                        delivery.key.size() + delivery.value.size(),
                        std::string(pos),
                        line_of(delivery, pos)});
}

}  // namespace cdckit::kcat_cdc
