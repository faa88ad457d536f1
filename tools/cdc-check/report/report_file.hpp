// --report FILE: what the run came to, as JSON or (FILE.md) Markdown, with a line for each run
// before it that the file knew of. The file is replaced as a whole.
#pragma once

#include "tools/cdc-check/report/tally.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cdckit::cdc_check {

struct RunFacts {
  std::string rules_file;
  std::int64_t started = 0;  // microseconds since 1970
  std::int64_t ended = 0;
  int exit_code = 0;
};

class ReportFile {
 public:
  // Reads what is there. Throws cannot_create for a file that is no report, or cannot be written.
  explicit ReportFile(std::string path);
  void write(const RunFacts& run, const Tally& tally) const;

 private:
  std::string path_;
  bool markdown_;
  std::vector<std::string> history_;  // a line each, as the format has it; the oldest first
};

// Pure: the whole file.
std::string json_report(const RunFacts& run,
                        const Tally& tally,
                        const std::vector<std::string>& history);
std::string markdown_report(const RunFacts& run,
                            const Tally& tally,
                            const std::vector<std::string>& history);

}  // namespace cdckit::cdc_check
