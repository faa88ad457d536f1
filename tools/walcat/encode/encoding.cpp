#include "tools/walcat/encode/encoding.hpp"

#include "common/base/error.hpp"
#include "tools/walcat/encode/plain.hpp"

namespace cdckit::walcat {

std::unique_ptr<Encoding> make_encoding(std::string_view name) {
  if (name == "plain") return std::make_unique<PlainEncoding>();
  throw base::Error(base::ErrorKind::usage,
                    "could not use encoding \"" + std::string(name) + "\": it is not known");
}

}  // namespace cdckit::walcat
