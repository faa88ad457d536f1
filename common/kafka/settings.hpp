// librdkafka properties from the command line (`-X name=value`, `-X name=@FILE`) and from kcat's
// properties file (`-F`). Secrets may come from files only; messages name properties, never values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cdckit::kafka {

struct Setting {
  std::string name;
  std::string value;
};
// Later entries win.
using Settings = std::vector<Setting>;

// A setting of ours beside librdkafka's: the command that prints an OAUTHBEARER token.
inline constexpr std::string_view kTokenCommand = "cdckit.token.command";
// And that a provider of tokens on another host may be asked without TLS ("true").
inline constexpr std::string_view kAllowHttp = "cdckit.allow.http";

// True for properties whose value is a password, a key or a token.
bool is_secret(std::string_view name);

// One -X. Throws usage for text without `=` and for a literal secret, config for an unreadable
// file.
Setting parse_setting(const std::string& text);

// Lines `name=value`, `#` begins a comment line; `topic.` before a name is dropped, as kcat does.
// Throws config with file:line.
Settings read_properties(const std::string& path);

// The value that counts; empty when there is none.
std::string_view find_setting(const Settings& settings, std::string_view name);

// e.g. 2.0.2
std::string library_version();

}  // namespace cdckit::kafka
