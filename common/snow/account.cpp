#include "common/snow/account.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/http/url.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace cdckit::snow {
namespace {

constexpr std::array<std::string_view, 2> kDomains = {".snowflakecomputing.com",
                                                      ".snowflakecomputing.cn"};

std::string host_form(std::string_view name) {
  std::string host = base::to_lower(name);
  std::replace(host.begin(), host.end(), '_', '-');
  return host;
}

std::string first_label(std::string_view name) {
  return std::string(name.substr(0, name.find('.')));
}

// Letters, then digits: xy12345.
bool is_locator(std::string_view label) {
  const auto is_letter = [](unsigned char c) { return std::isalpha(c) != 0; };
  const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  const auto digits = std::find_if_not(label.begin(), label.end(), is_letter);
  return digits != label.begin() && digits != label.end() &&
         std::all_of(digits, label.end(), is_digit);
}

}  // namespace

std::string token_account(std::string_view account) {
  if (account.find('.') == std::string_view::npos) return base::to_upper(account);
  const std::string label = first_label(account);
  if (account.ends_with(".global")) return base::to_upper(label.substr(0, label.find('-')));
  if (is_locator(label) || account.ends_with(".privatelink")) return base::to_upper(label);
  throw base::Error(
      base::ErrorKind::config,
      "could not use account \"" + std::string(account) + "\": a dot is only for locator.region",
      "Join organisation and account by a hyphen: myorg-myacct.");
}

std::string account_host(std::string_view account) {
  const bool china = account.find(".cn-") != std::string_view::npos;
  return host_form(account) + std::string(kDomains.at(china ? 1 : 0));
}

bool is_service_host(std::string_view host) {
  if (http::is_loopback_host(host)) return true;
  const std::string lower = base::to_lower(host);
  return std::any_of(kDomains.begin(), kDomains.end(), [&](std::string_view domain) {
    return lower.size() > domain.size() && lower.ends_with(domain);
  });
}

bool is_account_host(std::string_view host, std::string_view account) {
  if (http::is_loopback_host(host)) return true;
  return is_service_host(host) && first_label(host_form(host)) == first_label(host_form(account));
}

}  // namespace cdckit::snow
