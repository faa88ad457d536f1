// Lines as JsonConverter prints them with schemas.enable=true: key and value become
// {"schema":..,"payload":..}. The texts are made once a table.
#pragma once

#include "tools/walcat/encode/table.hpp"

#include <string>
#include <string_view>

namespace cdckit::walcat {

// Of a topic: what Kafka refuses becomes `_`.
std::string topic_name(std::string_view prefix, std::string_view schema, std::string_view table);
void wrap_table(Table& table, std::string_view topic_prefix);
// `content_type`: bytes or string.
void wrap_message(MessageForm& form, std::string_view content_type);

}  // namespace cdckit::walcat
