#include "tools/cdc-check/report/report_file.hpp"

#include "common/base/error.hpp"
#include "common/io/file_descriptor.hpp"
#include "tests/unit/support/scratch_folder.hpp"
#include "tests/unit/tools/cdc-check/support.hpp"

#include <fstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cdckit;
using namespace cdckit::cdc_check;

namespace {

const cdckit::event::Unavailable kNever("");

struct Told {
  explicit Told(const char* row)
      : codes(cdc_check::tests::codes_of(
            cdc_check::tests::one_rule("kind: range, column: a, min: 0", "a|b"))),
        program(codes, Side::row, "", "", kNever),
        tally(codes, registry) {
    const cdc_check::tests::Row one(row);
    const auto& broken = program.run({.row = one.object()});
    tally.add(broken, {&program}, 7, "p1");
    if (!broken.empty()) tally.quarantined();
    tally.refresh({program.rows()});
  }
  std::vector<Code> codes;
  Program program;
  metrics::Registry registry;
  Tally tally;
};

const RunFacts kRun{
    .rules_file = "r.yaml", .started = 1'000'000, .ended = 2'000'000, .exit_code = 1};

}  // namespace

TEST_CASE("JSON: one object a file, with the runs before it") {
  const cdckit::tests::ScratchFolder folder;
  const std::string path = folder.file("report.json");
  const Told bad(R"({"a":-1})");
  for (std::size_t run = 1; run <= 3; ++run) {
    ReportFile(path).write(kRun, bad.tally);
    const auto report = nlohmann::json::parse(io::read_file(path));
    CHECK(report["rows"] == 1);
    CHECK(report["quarantined"] == 1);
    CHECK(report["exit"] == 1);
    CHECK(report["started"] == "1970-01-01T00:00:01.000000Z");
    CHECK(report["rules"][0]["name"] == "a|b");
    CHECK(report["rules"][0]["bad"] == 1);
    CHECK(report["rules"][0]["ratio"] == 1.0);
    CHECK(report["rules"][0]["last"]["line"] == 7);
    CHECK(report["rules"][0]["last"]["pos"] == "p1");
    CHECK(report["rules"][0]["last"]["reason"] == "column \"a\": -1 is below the minimum 0");
    CHECK(report["history"].size() == run);
    CHECK(report["history"].back()["bad"]["a|b"] == 1);
  }
  const Told good(R"({"a":1})");
  const auto report = nlohmann::json::parse(json_report(kRun, good.tally, {}));
  CHECK(report["rules"][0]["last"].is_null());
}

TEST_CASE("Markdown: a table, and a row for each run") {
  const cdckit::tests::ScratchFolder folder;
  const std::string path = folder.file("report.md");
  const Told bad(R"({"a":-1})");
  ReportFile(path).write(kRun, bad.tally);
  ReportFile(path).write(kRun, bad.tally);
  const std::string text = io::read_file(path);
  CHECK(text.find("| a\\|b | range | quarantine | 1 | 1 | 100 % | line 7: column \"a\": -1 is "
                  "below the minimum 0 |") != std::string::npos);
  std::size_t rows = 0;
  for (std::size_t at = text.find("| 1970-"); at != std::string::npos;
       at = text.find("| 1970-", at + 1))
    ++rows;
  CHECK(rows == 2);
}

TEST_CASE("a file that is something else stays as it is") {
  const cdckit::tests::ScratchFolder folder;
  for (const char* name : {"x.json", "x.md"}) {
    std::ofstream(folder.file(name)) << "{\"tool\":\"other\"}";
    CHECK_THROWS_AS(ReportFile{folder.file(name)}, base::Error);
  }
  CHECK_THROWS_AS(ReportFile{folder.file("none/x.json")}, base::Error);
}
