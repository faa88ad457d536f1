#include "tools/opensky-fetch/service/quota.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/http/url.hpp"
#include "common/io/locked_file.hpp"
#include "common/ndjson/text.hpp"
#include "common/ndjson/validator.hpp"
#include "tools/opensky-fetch/rows/time_text.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include <fmt/format.h>

namespace cdckit::opensky_fetch {
namespace {

using base::Error;
using base::ErrorKind;

constexpr int kTries = 100;
constexpr std::chrono::milliseconds kPause{20};

std::string file_in(const std::string& folder, Endpoint endpoint) {
  if (folder.empty()) return {};
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw base::system_error(
        ErrorKind::cannot_create, fmt::format("could not make \"{}\"", folder), error.value());
  }
  return fmt::format("{}/{}.json", folder, name_of(endpoint));
}

// Other runs hold it for moments only.
io::LockedFile lock(const std::string& path) {
  for (int left = kTries;; --left) {
    try {
      return io::LockedFile(path);
    } catch (const Error& error) {
      if (!error.retryable() || left == 0) throw;
      std::this_thread::sleep_for(kPause);
    }
  }
}

}  // namespace

Quota::Quota(const RequestSettings& request, const QuotaSettings& settings)
    : budget_(settings.budget), path_(file_in(settings.state, request.endpoint)) {
  record_.api = http::origin_of(request.url);
}

Quota::Record Quota::parse(const std::string& text) const {
  Record record;
  record.api = record_.api;
  if (base::trim(text).empty()) return record;
  if (ndjson::Validator().check_object(text, false) != nullptr) {
    throw Error(ErrorKind::data,
                fmt::format("could not read \"{}\": it is no state of opensky-fetch", path_),
                "Remove the file when no other program wrote it.");
  }
  std::string scratch;
  const std::string_view api = ndjson::find_member(text, "api");
  if (api.size() < 2 || ndjson::unescape(api, scratch) != record_.api) return record;
  const auto number = [&](std::string_view name) {
    return base::parse_signed(ndjson::find_member(text, name)).value_or(0);
  };
  record.not_before = number("not_before");
  record.stretch = number("stretch");
  record.spent = number("spent");
  record.next = number("next");
  return record;
}

std::string Quota::print(const Record& record) {
  std::string text = "{\"v\":1,\"api\":";
  ndjson::append_string(text, record.api);
  return text + fmt::format(",\"not_before\":{},\"stretch\":{},\"spent\":{},\"next\":{}}}\n",
                            record.not_before,
                            record.stretch,
                            record.spent,
                            record.next);
}

template <class Change>
void Quota::update(const Change& change) {
  if (path_.empty()) {
    change(record_);
    return;
  }
  io::LockedFile file = lock(path_);
  record_ = parse(file.read());
  change(record_);
  file.replace(print(record_), true);
}

std::int64_t Quota::spent_at(std::int64_t now) const {
  return record_.stretch == begin_of_stretch(*budget_, now) ? record_.spent : 0;
}

std::optional<Quota::Hold> Quota::hold(std::int64_t now, int cost) {
  if (!path_.empty()) record_ = parse(lock(path_).read());
  if (record_.not_before > now) {
    return Hold{
        record_.not_before,
        true,
        fmt::format("the service asked for a pause until {}", iso_text(record_.not_before))};
  }
  if (!budget_ || spent_at(now) + cost <= budget_->credits) return std::nullopt;
  const std::int64_t end = end_of_stretch(*budget_, now);
  return Hold{end,
              false,
              fmt::format("{} of the budget of {} credits are spent until {}",
                          spent_at(now),
                          budget_->credits,
                          iso_text(end))};
}

std::optional<Quota::Hold> Quota::hold_at_start(std::int64_t now, int cost) {
  auto found = hold(now, cost);
  if (found || !budget_ || record_.next <= now) return found;
  // a pace that was slower then, or a clock that went back, must not stop this run for long
  const auto pace = std::chrono::duration_cast<std::chrono::seconds>(even_pause(*budget_, cost));
  const std::int64_t next = std::min(record_.next, now + pace.count());
  return Hold{
      next, false, fmt::format("the pace of the budget has its next poll at {}", iso_text(next))};
}

void Quota::next_poll_at(std::int64_t time) {
  update([&](Record& record) { record.next = time; });
}

void Quota::spend(std::int64_t now, int credits) {
  if (!budget_ || credits == 0) return;
  update([&](Record& record) {
    const std::int64_t stretch = begin_of_stretch(*budget_, now);
    record.spent = (record.stretch == stretch ? record.spent : 0) + credits;
    record.stretch = stretch;
  });
}

void Quota::hold_until(std::int64_t until) {
  update([&](Record& record) { record.not_before = std::max(record.not_before, until); });
}

}  // namespace cdckit::opensky_fetch
