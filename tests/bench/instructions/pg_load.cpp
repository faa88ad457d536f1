// pg-load: lines to rows of binary COPY, as far as they come without a server. Plain rows to their
// fields; change events to the net effect of a run on each table.
#include "common/event/schema.hpp"
#include "common/event/source.hpp"
#include "tests/bench/instructions/input.hpp"
#include "tests/bench/instructions/work.hpp"
#include "tools/pg-load/events/event_table.hpp"
#include "tools/pg-load/table/row_encoder.hpp"

#include <algorithm>
#include <map>

namespace cdckit::bench {
namespace {

using namespace cdckit::pg_load;

constexpr std::size_t kChunk = 64U << 10U;  // then it would be sent

Column column_of(const std::string& name, const std::string& type) {
  Column column;
  column.name = name;
  column.type = type;
  column.base_type = type.substr(0, type.find('('));
  column.codec = codec_for_type(column.base_type);
  return column;
}

TargetTable flights() {
  TargetTable table;
  const std::pair<const char*, const char*> columns[] = {
      {"icao24", "text"},
      {"callsign", "text"},
      {"origin_country", "text"},
      {"time_position", "timestamp with time zone"},
      {"last_contact", "timestamp with time zone"},
      {"lon", "double precision"},
      {"lat", "double precision"},
      {"baro_altitude_m", "double precision"},
      {"on_ground", "boolean"},
      {"velocity_ms", "double precision"},
      {"track_deg", "double precision"},
      {"vertical_rate_ms", "double precision"},
      {"geo_altitude_m", "double precision"},
      {"squawk", "text"},
      {"spi", "boolean"},
      {"position_source", "smallint"},
      {"snapshot_time", "timestamp with time zone"}};
  for (const auto& [name, type] : columns) table.columns.push_back(column_of(name, type));
  table.key = {0};
  return table;
}

TargetTable table_of(const event::TableSchema& schema) {
  TargetTable table;
  table.name = {.schema = schema.schema, .table = schema.table};
  table.key_indexed = true;
  for (const event::Column& column : schema.columns)
    table.columns.push_back(column_of(column.name, column.type));
  for (const std::string& name : schema.key) table.key.push_back(table.find(name).value());
  return table;
}

class Rows final : public Work {
 public:
  explicit Rows(std::string path)
      : path_(std::move(path)), table_(flights()), encoder_(table_, {}) {}

  void pass() override {
    each_item(path_, [this](const event::Item& item) {
      const RowStatus read = encoder_.read({item.text, item.event.row_members});
      const bool good = read == RowStatus::good || read == RowStatus::grown;
      if (!good || encoder_.append(buffer_) != RowStatus::good)
        throw std::runtime_error(encoder_.problem_text());
      count();
      if (buffer_.size() < kChunk) return;
      taken(buffer_);
      buffer_.clear();
    });
  }

 private:
  std::string path_;
  TargetTable table_;
  RowEncoder encoder_;
  std::string buffer_;
};

class Events final : public Work {
 public:
  explicit Events(std::string path) : path_(std::move(path)) {}

  void pass() override {
    each_item(path_, [this](const event::Item& item) {
      if (item.kind == event::ItemKind::event) return fold(item.event);
      if (item.control.kind == event::ControlKind::schema) learn(item.control.line);
    });
    for (auto& [name, table] : tables_) table->discard();
  }

 private:
  void learn(std::string_view line) {
    const event::TableSchema schema = event::parse_schema_line(line);
    auto& table = tables_[schema.schema + "." + schema.table];
    if (!table)
      table = std::make_unique<EventTable>(
          table_of(schema), TableConduct{}, EncoderSettings{}, decoder_);
  }
  void fold(const event::Event& event) {
    const event::Source source = sources_.read(event);
    name_.assign(source.schema);
    name_ += '.';
    name_ += source.table;
    EventTable& table = *tables_.at(name_);
    count();
    if (event.op == 'd' && !event.new_key.empty()) return;  // waits for its other half
    FoldStatus status = fold_into(table, event);
    if (status == FoldStatus::barrier || status == FoldStatus::recoded) {
      table.discard();
      status = fold_into(table, event);
    }
    if (status != FoldStatus::folded) throw std::runtime_error(table.problem());
  }
  static FoldStatus fold_into(EventTable& table, const event::Event& event) {
    return event.op == 'c' && !event.old_key.empty() ? table.fold_move(event) : table.fold(event);
  }

  std::string path_;
  std::string name_;
  event::SourceReader sources_;
  StreamDecoder decoder_{{.said = Encoding::plain}};
  std::map<std::string, std::unique_ptr<EventTable>> tables_;
};

}  // namespace

std::unique_ptr<Work> make_work(std::string_view name, const std::string& path) {
  if (name == "rows") return std::make_unique<Rows>(path);
  if (name == "events") return std::make_unique<Events>(path);
  refuse(name);
}

}  // namespace cdckit::bench
