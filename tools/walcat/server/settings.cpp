#include "tools/walcat/server/settings.hpp"

#include "common/base/error.hpp"
#include "common/secrets/secret.hpp"
#include "tools/walcat/server/slot.hpp"

namespace cdckit::walcat {

void check_source(const ConnectSettings& settings, const std::string& slot) {
  const auto refuse = [](const std::string& message, std::string hint) {
    throw base::Error(base::ErrorKind::usage, message, std::move(hint));
  };
  if (secrets::has_inline_password(settings.conninfo)) {
    refuse("could not use --dbname: it holds a password, which other users can see",
           "Use ~/.pgpass, a service file or PGPASSWORD.");
  }
  if (!slot.empty() && !is_slot_name(slot)) {
    refuse("could not use slot \"" + slot + "\": not a slot's name",
           "Lower-case letters, digits and underscores, 63 at most.");
  }
}

}  // namespace cdckit::walcat
