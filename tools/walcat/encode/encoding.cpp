#include "tools/walcat/encode/encoding.hpp"

#include "common/ndjson/text.hpp"

namespace cdckit::walcat {

std::string Encoding::member_name(std::string_view name) const {
  std::string out = ",";
  ndjson::append_string(out, name);
  return out + ":";
}

void Encoding::wrap(Table& /*table*/, std::string_view /*topic_prefix*/) const {}

MessageForm Encoding::message_form() const {
  return {};
}

std::string Encoding::session_setup() const {
  return {};
}

}  // namespace cdckit::walcat
