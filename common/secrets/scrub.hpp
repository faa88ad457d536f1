// Masks secrets in text on its way to a log or a message. Masks too much rather than too little.
// Pure.
#pragma once

#include <string>
#include <string_view>

namespace cdckit::secrets {

// The text with what looks like a secret replaced by `***`: `://user:PASS@`, `Bearer TOKEN`,
// `Authorization: Basic TOKEN`, and the value behind a name that ends in a known word (password,
// client_secret, SharedAccessKey, sasl.jaas.config, private_key_passphrase ..) with `=` or `:`,
// quoted or not, in a query, in JSON. For anything that may reach a log.
std::string scrub(std::string_view text);
// Whether the text is a URI with a password between user and host.
bool has_uri_password(std::string_view text);

}  // namespace cdckit::secrets
