// snow-put: change events to the rows of their journals.
#include "common/event/schema.hpp"
#include "common/event/source.hpp"
#include "tests/bench/instructions/input.hpp"
#include "tests/bench/instructions/work.hpp"
#include "tools/snow-put/rows/journal.hpp"
#include "tools/snow-put/rows/row_encoder.hpp"

#include <map>

namespace cdckit::bench {
namespace {

using namespace cdckit::snow_put;

constexpr std::size_t kBody = 1U << 20U;  // then it would be sent

snow::TableDescription journal_of(const event::TableSchema& schema) {
  snow::TableDescription table;
  const auto add = [&](const std::string& name, const std::string& type) {
    table.columns.push_back({name, type, snow::parse_column_type(type), true, false, ""});
  };
  for (const TargetColumn& column : target_columns(schema)) add(column.name, column.type);
  for (const MetadataColumn& column : kMetadata)
    add(std::string(column.name), std::string(column.type));
  return table;
}

class Put final : public Work {
 public:
  explicit Put(std::string path) : path_(std::move(path)) {}

  void pass() override {
    each_item(path_, [this](const event::Item& item) {
      if (item.kind == event::ItemKind::event) return encode(item.event);
      if (item.control.kind == event::ControlKind::schema) learn(item.control.line);
    });
  }

 private:
  void learn(std::string_view line) {
    const event::TableSchema schema = event::parse_schema_line(line);
    auto& encoder = encoders_[schema.schema + "." + schema.table];
    if (!encoder) encoder = std::make_unique<RowEncoder>(journal_of(schema));
  }
  void encode(const event::Event& event) {
    const event::Source source = event::read_source({event.source, event.source_members});
    name_.assign(source.schema);
    name_ += '.';
    name_ += source.table;
    const event::RowPosition position{
        event::Origin::stream, event::parse_position(event.pos).value(), 0};
    const std::string reason = encoders_.at(name_)->encode_event(body_, event, position);
    if (!reason.empty()) throw std::runtime_error(reason);
    count();
    if (body_.size() < kBody) return;
    taken(body_);
    body_.clear();
  }

  std::string path_;
  std::string name_;
  std::map<std::string, std::unique_ptr<RowEncoder>> encoders_;
  std::string body_;
};

}  // namespace

std::unique_ptr<Work> make_work(std::string_view name, const std::string& path) {
  if (name == "put") return std::make_unique<Put>(path);
  refuse(name);
}

}  // namespace cdckit::bench
