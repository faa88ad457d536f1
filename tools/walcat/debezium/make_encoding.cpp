#include "tools/walcat/debezium/make_encoding.hpp"

#include "common/base/error.hpp"
#include "tools/walcat/debezium/debezium_encoding.hpp"
#include "tools/walcat/encode/plain.hpp"

namespace cdckit::walcat {

std::unique_ptr<Encoding> make_encoding(std::string_view name, const DebeziumSettings& settings) {
  if (name == "plain") return std::make_unique<PlainEncoding>();
  if (name == "debezium") return std::make_unique<DebeziumEncoding>(settings);
  throw base::Error(base::ErrorKind::usage,
                    "could not use encoding \"" + std::string(name) + "\": it is not known");
}

}  // namespace cdckit::walcat
