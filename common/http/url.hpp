// What a URL says about where a request goes, judged by libcurl's own parser so that the check and
// the transfer never disagree.
#pragma once

#include <string>
#include <string_view>

namespace cdckit::http {

// scheme://host:port, in lower case with the port always there. Throws config for what is no
// http(s) URL or holds a user name or password.
std::string origin_of(const std::string& url);
// Throws config for plain http to a host that is not loopback, unless `allow_http`.
void require_safe_url(const std::string& url, bool allow_http);
// localhost, 127.0.0.0/8 or ::1.
bool is_loopback_url(const std::string& url);
// localhost, 127.0.0.0/8 and ::1 as a URL has them, brackets or none. The one rule that says where
// plain http, and a token that fits no host, may go.
bool is_loopback_host(std::string_view host);
// `reference` may be relative, as in a Location header.
std::string resolve_url(const std::string& base, const std::string& reference);
// Everything but letters, digits and -._~ becomes %XX.
std::string percent_encode(std::string_view text);

}  // namespace cdckit::http
