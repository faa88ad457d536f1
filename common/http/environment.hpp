// What the environment says about connections, for people who look for the reason why they fail.
#pragma once

#include <string>

namespace cdckit::http {

// Whose certificates are believed, and the proxies that are named, without their passwords.
// `ca_file`: the user's own choice, empty: none.
std::string describe_environment(const std::string& ca_file);

}  // namespace cdckit::http
