// Everything that pg-load does with its input before it sends it, and nothing else: no server, no
// copy of the lines. The file on stdin goes through the same classes in the same order.
//   bench-parse members|fields|events < FILE
// members: lines, verdicts, each member to its column; fields: the values in binary, too; events:
// the same for change events. Prints how many rows there were, and their fields' bytes.
#include "common/base/error.hpp"
#include "common/event/input.hpp"
#include "common/event/source.hpp"
#include "tools/pg-load/table/row_encoder.hpp"

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace {

using namespace cdckit;
using namespace cdckit::pg_load;

struct Wanted {
  const char* name;
  const char* type;
};

// the tables of the benchmark beside this file
constexpr Wanted kFlights[] = {{"icao24", "bpchar"},
                               {"callsign", "text"},
                               {"origin_country", "text"},
                               {"lon", "double precision"},
                               {"lat", "double precision"},
                               {"baro_altitude_m", "double precision"},
                               {"velocity_ms", "double precision"},
                               {"track_deg", "double precision"},
                               {"on_ground", "boolean"},
                               {"squawk", "bpchar"},
                               {"last_contact", "timestamp with time zone"},
                               {"snapshot_time", "timestamp with time zone"}};
constexpr Wanted kBench[] = {{"id", "bigint"},
                             {"a", "integer"},
                             {"s1", "text"},
                             {"n", "numeric"},
                             {"ts", "timestamp with time zone"},
                             {"b", "boolean"},
                             {"s2", "text"}};

template <std::size_t count>
TargetTable table_of(const Wanted (&columns)[count]) {
  TargetTable table;
  for (const Wanted& wanted : columns) {
    Column& column = table.columns.emplace_back();
    column.name = wanted.name;
    column.codec = codec_for_type(wanted.type);
  }
  table.key = {0};
  return table;
}

class Parse {
 public:
  explicit Parse(std::string_view work)
      : fields_(work != "members"),
        table_(work == "events" ? table_of(kBench) : table_of(kFlights)),
        encoder_(table_, {}),
        input_({.reject_path = {}, .tool = "bench-parse"}) {}

  void run() {
    for (;;) {
      const event::Item& item = input_.next(std::chrono::milliseconds(-1));
      if (item.kind == event::ItemKind::end) return;
      if (item.kind == event::ItemKind::row)
        take(encoder_.read({item.text, item.event.row_members}));
      if (item.kind == event::ItemKind::event) take_event(item.event);
    }
  }
  void print() const {
    std::printf("%llu %llu\n",
                static_cast<unsigned long long>(rows_),
                static_cast<unsigned long long>(bytes_));
  }

 private:
  static constexpr std::size_t kChunk = 64U << 10U;  // then it would be sent

  void take_event(const event::Event& event) {
    const event::Source source = sources_.read(event);
    bytes_ += source.table.size();
    if (event.op != 'd') return take(encoder_.read({event.after, event.after_members}));
    encoder_.clear();
    encoder_.read_key({event.key, event.key_members});
    take(RowStatus::good);
  }
  void take(RowStatus status) {
    if (status == RowStatus::good || status == RowStatus::grown)
      status = fields_ ? encoder_.append(buffer_) : RowStatus::good;
    if (status != RowStatus::good)
      throw base::Error(base::ErrorKind::data, "could not take row: " + encoder_.problem_text());
    ++rows_;
    if (buffer_.size() < kChunk) return;
    bytes_ += buffer_.size();
    buffer_.clear();
  }

  event::SourceReader sources_;
  bool fields_;
  TargetTable table_;
  RowEncoder encoder_;
  event::Input input_;
  std::string buffer_;
  std::uint64_t rows_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  try {
    Parse parse(argc > 1 ? argv[1] : "members");
    parse.run();
    parse.print();
  } catch (const base::Error& error) {
    std::fprintf(stderr, "bench-parse: %s\n", error.what());
    return 1;
  }
  return 0;
}
