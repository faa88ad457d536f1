// What the flight service, or a file of it, may answer: states, flights and tracks, read and
// printed whole. Malformed is the right answer to what it does not promise; a row that is printed
// is valid JSON.
#include "common/ndjson/reader.hpp"
#include "common/ndjson/validator.hpp"
#include "tests/fuzz/target.hpp"
#include "tools/opensky-fetch/recording/recorded_name.hpp"
#include "tools/opensky-fetch/rows/each_row.hpp"
#include "tools/opensky-fetch/rows/row_filter.hpp"
#include "tools/opensky-fetch/rows/row_writer.hpp"

#include <cstdlib>
#include <string>

using namespace cdckit;
using namespace cdckit::opensky_fetch;

namespace {

void require_lines(std::string_view rows) {
  static ndjson::Validator validator;
  while (!rows.empty()) {
    const std::size_t end = rows.find('\n');
    if (end == std::string_view::npos) std::abort();
    if (validator.check_object(rows.substr(0, end), false) != nullptr) std::abort();
    rows.remove_prefix(end + 1);
  }
}

void play(Endpoint endpoint, std::string_view text) {
  AnswerReader reader(endpoint);
  RowWriter writer(default_fields(endpoint, true), TimeFormat::iso);
  static const RowFilter filter({}, {parse_box("0,0,90,180")});
  std::string rows;
  try {
    const Part part = reader.read(text);
    writer.begin_snapshot(part.time);
    const Snapshot snapshot{part.time, {part.content, part.content}};
    each_row(endpoint, snapshot, [&](const RowValues& values) {
      (void)filter.passes(values);
      writer.append(rows, values);
    });
  } catch (const Malformed&) {
    return;
  }
  require_lines(rows);
}

}  // namespace

void fuzz_one(std::string_view bytes) {
  if (const auto name = parse_file_name(bytes)) (void)file_name(*name);
  std::string padded(bytes);
  padded.append(ndjson::kPadding, '\0');
  const std::string_view text = std::string_view(padded).substr(0, bytes.size());
  for (const Endpoint endpoint : {Endpoint::states, Endpoint::flights, Endpoint::track})
    play(endpoint, text);
}
