#include "tools/walcat/debezium/name_uuid.hpp"

#include "common/base/hex.hpp"
#include "common/base/md5.hpp"

#include <cstddef>

namespace cdckit::walcat {

std::string name_uuid(std::string_view bytes) {
  base::Md5 digest = base::md5(bytes);
  digest[6] = static_cast<char>((static_cast<unsigned char>(digest[6]) & 0x0FU) | 0x30U);
  digest[8] = static_cast<char>((static_cast<unsigned char>(digest[8]) & 0x3FU) | 0x80U);
  std::string out;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    base::append_hex(out, {&digest[i], 1});
  }
  return out;
}

}  // namespace cdckit::walcat
