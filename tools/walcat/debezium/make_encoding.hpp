// Encodings by name. Throws usage.
#pragma once

#include "tools/walcat/debezium/mapping.hpp"

#include <memory>
#include <string>

namespace cdckit::walcat {

struct EncodingChoice {
  std::string name = "plain";
  DebeziumSettings debezium = {};
};

std::unique_ptr<Encoding> make_encoding(const EncodingChoice& choice);

}  // namespace cdckit::walcat
