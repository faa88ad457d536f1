// The rules of Snowflake account names: what goes into a token, into a host name, and which hosts
// may see a signed token at all. Pure text.
#pragma once

#include <string>
#include <string_view>

namespace cdckit::snow {

// The account as `iss` and `sub` want it: upper case, a locator without region and cloud. Throws
// config for dotted names that are no locator (an organisation is joined by a hyphen).
std::string token_account(std::string_view account);
// myorg-myacct.snowflakecomputing.com; underscores become hyphens.
std::string account_host(std::string_view account);
// Loopback, or the account's own name under Snowflake's domains (also private link).
bool is_account_host(std::string_view host, std::string_view account);
// Loopback, or any name under Snowflake's domains: where a scoped token may go.
bool is_service_host(std::string_view host);

}  // namespace cdckit::snow
