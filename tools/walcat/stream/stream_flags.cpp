#include "tools/walcat/stream/stream_flags.hpp"

#include "common/base/error.hpp"
#include "common/event/position.hpp"
#include "common/pg/connection.hpp"

#include <stdexcept>

namespace cdckit::walcat {

void add_stream_flags(std::vector<cli::Flag>& into, StreamOptions& options) {
  cli::FlagTable table("Source");
  table.custom(
      "start",
      "LSN",
      [&options](const std::string& text) {
        const auto whole = event::parse_position(text);  // a line's pos: the commit in it
        options.start = whole ? whole->lsn : event::parse_lsn(text);
        if (!options.start) {
          throw std::invalid_argument("\"" + text +
                                      "\" is no position such as 0/16B3748, 00000000016B3748 or a "
                                      "line's whole pos");
        }
      },
      "Begin with the first commit that ends after this position, which the slot must still have. "
      "Default: where the slot and the ack files stand.");
  table.toggle("streaming",
               options.streaming,
               "Receive large transactions while they run and spool them until they commit: the "
               "server need not keep them. Lines, order and positions are the same.");
  table
      .text("spool-dir",
            "DIR",
            options.spool_folder,
            "Where --streaming keeps transactions that still run; nothing stays behind.")
      .fallback = "$TMPDIR, else /tmp";
  into.insert(into.end(), table.flags.begin(), table.flags.end());
}

void check_stream_flags(const StreamOptions& options, bool has_slot) {
  const auto refuse = [](const std::string& why, std::string hint) {
    throw base::Error(base::ErrorKind::usage, why, std::move(hint));
  };
  if (options.start && !has_slot) {
    refuse("could not use --start without --slot: a temporary slot begins now", "Name a slot.");
  }
  if (!options.streaming && !options.spool_folder.empty()) {
    refuse("could not use --spool-dir without --streaming", "Nothing is spooled otherwise.");
  }
}

// Messages are always asked for and origins always told: ordinals must not depend on flags.
std::string pgoutput_options(const std::vector<std::string>& publications, bool streaming) {
  std::string names;
  for (const auto& name : publications) {
    names += (names.empty() ? "" : ",") + pg::quote_identifier(name);
  }
  std::string quoted;
  for (const char letter : names)
    quoted += letter == '\'' ? std::string("''") : std::string(1, letter);
  return "proto_version '3', publication_names '" + quoted + "', messages 'true'" +
         (streaming ? ", streaming 'on'" : "");
}

}  // namespace cdckit::walcat
