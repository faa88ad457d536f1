#include "tools/walcat/debezium/make_encoding.hpp"

#include "common/base/error.hpp"
#include "tools/walcat/debezium/debezium_encoding.hpp"
#include "tools/walcat/encode/plain.hpp"

namespace cdckit::walcat {

std::unique_ptr<Encoding> make_encoding(const EncodingChoice& choice) {
  if (choice.name == "plain") return std::make_unique<PlainEncoding>();
  if (choice.name == "debezium") return std::make_unique<DebeziumEncoding>(choice.debezium);
  throw base::Error(base::ErrorKind::usage,
                    "could not use encoding \"" + choice.name + "\": it is not known");
}

}  // namespace cdckit::walcat
