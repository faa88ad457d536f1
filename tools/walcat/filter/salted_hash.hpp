// HMAC-SHA-256 with a fixed salt as its key, as 64 lower-case hex digits: what --mask COL=hash:SALT
// prints. The key is worked in once; afterwards a value costs no allocation. Const use is safe from
// several threads. Owns the salt; throws nothing.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace cdckit::walcat {

inline constexpr std::size_t kHashDigits = 64;

class SaltedHash {
 public:
  explicit SaltedHash(std::string_view salt);
  SaltedHash(const SaltedHash&) = delete;
  SaltedHash& operator=(const SaltedHash&) = delete;
  ~SaltedHash();
  // Appends the first `digits` hex digits.
  void append(std::string& out, std::string_view text, std::size_t digits = kHashDigits) const;

 private:
  struct States;
  std::unique_ptr<States> states_;
};

}  // namespace cdckit::walcat
