#include "tools/opensky-fetch/commands/plan.hpp"

#include "common/base/clock.hpp"
#include "common/io/file_descriptor.hpp"
#include "common/ndjson/text.hpp"
#include "tools/opensky-fetch/request/queries.hpp"

#include <array>
#include <string_view>
#include <unistd.h>

#include <fmt/format.h>

namespace cdckit::opensky_fetch {
namespace {

using std::chrono::hours;

struct UserClass {
  std::string_view name;
  Budget quota;
};

// As the service's documentation has them since March 2026; each bucket has the full quota.
constexpr std::array<UserClass, 4> kClasses{{
    {"anonymous", {400, hours(24)}},
    {"standard", {4'000, hours(24)}},
    {"feeder", {8'000, hours(24)}},
    {"licensed", {14'400, hours(1)}},
}};

void append_request(std::string& out, const Query& query) {
  out += "{\"plan\":\"request\",\"url\":";
  ndjson::append_string(out, query.url);
  out += fmt::format(",\"credits\":{}}}\n", query.credits);
}

// How long the quota lasts at the pace of --every; null when for ever.
std::string lasting(Every every, const Budget& quota, int cost) {
  if (!every || cost == 0 || *every >= even_pause(quota, cost)) return "null";
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*every).count();
  return std::to_string(quota.credits / cost * seconds);
}

void append_quota(std::string& out, Every every, const UserClass& user, int cost) {
  const auto seconds = [](std::chrono::milliseconds time) { return time.count() / 1000; };
  out += fmt::format("{{\"plan\":\"{}\",\"class\":\"{}\",\"credits\":{},\"period_s\":{}",
                     user.name == "budget" ? "budget" : "quota",
                     user.name,
                     user.quota.credits,
                     seconds(user.quota.period));
  out += cost == 0 ? std::string(",\"polls\":null,\"pause_s\":null")
                   : fmt::format(",\"polls\":{},\"pause_s\":{}",
                                 user.quota.credits / cost,
                                 seconds(even_pause(user.quota, cost)));
  out += fmt::format(",\"lasts_s\":{}}}\n", lasting(every, user.quota, cost));
}

}  // namespace

std::string plan_text(const RequestSettings& request,
                      Every every,
                      const std::optional<Budget>& budget,
                      std::int64_t now) {
  std::string out;
  const std::vector<Query> queries = queries_of(request, now);
  for (const Query& query : queries) append_request(out, query);
  const int cost = credits_of(queries);
  out += fmt::format("{{\"plan\":\"poll\",\"bucket\":\"{}\",\"requests\":{},\"credits\":{}}}\n",
                     name_of(request.endpoint),
                     queries.size(),
                     cost);
  if (budget) every.reset();  // the budget sets the pace
  for (const UserClass& user : kClasses) append_quota(out, every, user, cost);
  if (budget) append_quota(out, every, {"budget", *budget}, cost);
  return out;
}

base::ExitCode print_plan(const RequestSettings& request,
                          Every every,
                          const std::optional<Budget>& budget) {
  const std::int64_t now = base::unix_milliseconds() / 1000;
  io::write_all(STDOUT_FILENO, plan_text(request, every, budget, now), "stdout");
  return base::ExitCode::done;
}

}  // namespace cdckit::opensky_fetch
