// Encodings by name. Throws usage.
#pragma once

#include "tools/walcat/debezium/mapping.hpp"

#include <memory>
#include <string_view>

namespace cdckit::walcat {

std::unique_ptr<Encoding> make_encoding(std::string_view name, const DebeziumSettings& settings);

}  // namespace cdckit::walcat
