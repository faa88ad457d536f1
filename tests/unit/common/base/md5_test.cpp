#include "common/base/md5.hpp"

#include "common/base/text.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

std::string hex(std::string_view bytes) {
  const base::Md5 digest = base::md5(bytes);
  return base::to_lower(base::hex16(base::md5_half(digest, 0)) +
                        base::hex16(base::md5_half(digest, 1)));
}

}  // namespace

TEST_CASE("MD5 of RFC 1321, and around the border of a block") {
  CHECK(hex("") == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(hex("message digest") == "f96b697d7cb7938d525a2f31aaf161d0");
  CHECK(hex("12345678901234567890123456789012345678901234567890123456789012345678901234567890") ==
        "57edf4a22be3c955ac49da2e2107b67a");
  CHECK(hex(std::string(55, 'a')) == "ef1772b6dff9a122358552954ad0df65");
  CHECK(hex(std::string(56, 'a')) == "3b0c8ac703f828b04c6c197006d17218");
  CHECK(hex(std::string(64, 'a')) == "014842d480b571495a4a0363793f7367");
}
