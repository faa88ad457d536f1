#include "tools/walcat/pretty/format_flags.hpp"

#include "common/base/error.hpp"

namespace cdckit::walcat {

void add_format_flag(std::vector<cli::Flag>& into, FormatOptions& options) {
  cli::FlagTable table("Output");
  auto& flag = table.choice("format",
                            {"ndjson", "pretty"},
                            options.format,
                            "Lines of JSON, or one readable line per change, coloured as --color "
                            "and NO_COLOR say. Default: pretty on a terminal, else ndjson.");
  flag.fallback = "";
  into.insert(into.end(), table.flags.begin(), table.flags.end());
}

FormatOptions choose_format(FormatOptions options, const FormatPlace& place) {
  if (options.format == "pretty" && place.control) {
    throw base::Error(base::ErrorKind::usage,
                      "could not use --format pretty together with --ack or --control",
                      "What programs read at the other end of a pipe is ndjson.");
  }
  options.pretty =
      options.format.empty() ? place.terminal && !place.control : options.format == "pretty";
  options.color = options.pretty && place.colored;
  return options;
}

}  // namespace cdckit::walcat
