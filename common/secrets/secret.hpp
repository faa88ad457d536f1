// Holds a secret so that it is hard to leak: no stream or format operator, wiped on destruction.
// Secrets come from files, the environment or the ecosystem's own stores, never from argv.
// A value belongs to one thread at a time.
#pragma once

#include "common/secrets/scrub.hpp"

#include <string>
#include <string_view>

namespace cdckit::secrets {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) noexcept : value_(std::move(value)) {}
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret& other) = default;
  Secret& operator=(const Secret& other);
  ~Secret() { wipe(); }

  // The whole file without its last line break. Throws config, also for a file that group or others
  // may write to; one that they may read gets a warning on stderr, once.
  static Secret from_file(const std::string& path);
  [[nodiscard]] std::string_view reveal() const noexcept { return value_; }
  [[nodiscard]] bool empty() const noexcept { return value_.empty(); }

 private:
  void wipe() noexcept;
  std::string value_;
};

// True when a connection URI or conninfo carries a password or a key's passphrase inside (to be
// refused in argv).
bool has_inline_password(std::string_view conninfo);

}  // namespace cdckit::secrets
