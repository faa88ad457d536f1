// cdc-check: change events against rules of every kind that looks at one row.
#include "common/event/unavailable.hpp"
#include "tests/bench/instructions/input.hpp"
#include "tests/bench/instructions/work.hpp"
#include "tools/cdc-check/filter/checker.hpp"
#include "tools/cdc-check/rules/rule_file.hpp"

#include <string>

namespace cdckit::bench {
namespace {

using namespace cdckit::cdc_check;

// The input holds two tables: rules name theirs.
constexpr const char* kRules = R"(version: 1
rules:
  - {name: a, table: many, kind: not_null, column: id}
  - {name: b, table: many, kind: type, column: id, type: integer}
  - {name: c, table: many, kind: range, column: a, min: 0, max: 5000}
  - {name: d, table: many, kind: length, column: s, min: 32, max: 32}
  - {name: e, table: many, kind: regex, column: s, pattern: '^[0-9a-f]{32}$'}
  - {name: f, table: many, kind: range, column: n, min: 0.5, max: 500}
  - {name: g, table: many, kind: range, column: t, min: '2020-01-01', max: '2030-01-01'}
  - {name: h, table: many, kind: enum, column: b, values: [true, false]}
  - {name: i, table: many, kind: expression, expr: not b or n < 1000}
  - {name: j, table: many, kind: type, column: j, type: object}
  - {name: k, table: live_state, kind: regex, column: icao24, pattern: '^[0-9a-f]{6}$'}
  - {name: l, table: live_state, kind: range, column: lon, min: -180, max: 180}
  - {name: m, table: live_state, kind: range, column: lat, min: -90, max: 90}
  - {name: n, table: live_state, kind: range, column: baro_altitude_m, min: -500, max: 20000}
  - {name: o, table: live_state, kind: type, column: on_ground, type: boolean}
  - {name: p, table: live_state, kind: range, column: velocity_ms, min: 0, max: 1000}
  - {name: q, table: live_state, kind: range, column: track_deg, min: 0, max: 360}
  - {name: r, table: live_state, kind: enum, column: position_source, values: [0, 1, 2, 3]}
  - {name: s, table: live_state, kind: not_null, column: icao24}
  - {name: t, table: live_state, kind: length, column: callsign, min: 1, max: 8}
)";

class Check final : public Work {
 public:
  explicit Check(std::string path)
      : path_(std::move(path)),
        checker_(compile(parse_rules(kRules, "rules"), "rules"), std::string(event::kUnavailable)) {
  }

  void pass() override {
    each_item(path_, [this](const event::Item& item) {
      if (item.kind != event::ItemKind::event) return;
      const auto& broken = checker_.check_event(item.event);
      checker_.settle(broken.empty());
      count();
    });
  }

 private:
  std::string path_;
  Checker checker_;
};

}  // namespace

std::unique_ptr<Work> make_work(std::string_view name, const std::string& path) {
  if (name == "check") return std::make_unique<Check>(path);
  refuse(name);
}

}  // namespace cdckit::bench
