// What may not be asked yet: the pause that the service demanded, and the budget. Kept in a folder
// so that the next run knows, too; one file per bucket of credits, shared by all runs that name the
// folder.
#pragma once

#include "tools/opensky-fetch/request/request_settings.hpp"
#include "tools/opensky-fetch/service/service_settings.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace cdckit::opensky_fetch {

class Quota {
 public:
  // Without --state the memory ends with the run. Throws cannot_create when the folder cannot be
  // made.
  Quota(const RequestSettings& request, const QuotaSettings& settings);

  struct Hold {
    std::int64_t until = 0;  // Unix seconds
    bool by_service = false;
    std::string reason{};
  };
  // Nothing when a poll of this cost may go out at `now`. Throws data when the folder's file is
  // damaged, temporary when another run keeps it locked.
  std::optional<Hold> hold(std::int64_t now, int cost);
  // The same for the first poll of a run that paces itself: not before the last one had its next.
  std::optional<Hold> hold_at_start(std::int64_t now, int cost);
  void spend(std::int64_t now, int credits);
  // Where the pace of the budget has its next poll.
  void next_poll_at(std::int64_t time);
  // The service wants to be left alone until then.
  void hold_until(std::int64_t until);

 private:
  struct Record {
    std::string api{};            // origin: a pause of one service means nothing to another
    std::int64_t not_before = 0;  // Unix seconds
    std::int64_t stretch = 0;     // begin of the budget's stretch of time ...
    std::int64_t spent = 0;       // ... and what was spent since
    std::int64_t next = 0;        // by the budget's pace
  };
  template <class Change>
  void update(const Change& change);
  [[nodiscard]] Record parse(const std::string& text) const;
  [[nodiscard]] static std::string print(const Record& record);
  [[nodiscard]] std::int64_t spent_at(std::int64_t now) const;

  std::optional<Budget> budget_;
  std::string path_;  // empty: nothing is kept
  Record record_;
};

}  // namespace cdckit::opensky_fetch
