#include "tools/opensky-fetch/request/request_url.hpp"

#include "common/http/url.hpp"

#include <algorithm>

namespace cdckit::opensky_fetch {
namespace {

void add(std::string& url, std::string_view name, std::string_view value) {
  url += url.find('?') == std::string::npos ? '?' : '&';
  url += name;
  url += '=';
  url += http::percent_encode(value);
}

}  // namespace

bool wants_category(const Options& options) {
  return options.extended ||
         std::any_of(options.fields.begin(), options.fields.end(), [](const Field& field) {
           return field.name == "category";
         });
}

std::string states_url(const Options& options) {
  std::string url = options.url;
  while (url.ends_with('/')) url.pop_back();
  url += "/states/all";
  if (options.box) {
    const auto& [south, west, north, east] = options.box->texts;
    add(url, "lamin", south);
    add(url, "lomin", west);
    add(url, "lamax", north);
    add(url, "lomax", east);
  }
  for (const std::string& address : options.icao24) add(url, "icao24", address);
  if (wants_category(options)) add(url, "extended", "1");
  return url;
}

std::string poll_url(const Options& options) {
  std::string url = states_url(options);
  if (options.time) add(url, "time", std::to_string(*options.time));
  return url;
}

}  // namespace cdckit::opensky_fetch
