#include "tools/kcat-cdc/consume/record_lines.hpp"

#include "tools/kcat-cdc/topics/topic_names.hpp"
#include "tools/kcat-cdc/value/raw_record.hpp"

namespace cdckit::kcat_cdc {

namespace {

constexpr std::string_view kSchemaRecord = R"({"__cdc":"schema")";

}  // namespace

RecordLines::Result RecordLines::append(const kafka::Record& record,
                                        PartitionProgress& at,
                                        std::string& out) {
  const std::size_t before = out.size();
  if (raw_) {
    append_raw_line(out, record);
    out += '\n';
    make_pretty(before, record, out);
    return Result::line;
  }
  if (record.value && record.value->starts_with(kSchemaRecord) && is_schema_topic(record.topic))
    return Result::nothing;
  if (with_shapes_) append_shape(record, at, out);
  const std::size_t line = out.size();
  if (const char* reason = lines_.append_line(out, record)) {
    reason_ = reason;
    return Result::undecodable;
  }
  if (out.size() == line) return Result::nothing;
  if (with_shapes_ && lines_.own_shape() != nullptr) insert_own_shape(line, at, out);
  make_pretty(line, record, out);
  return Result::line;
}

void RecordLines::recall(const kafka::Record& record) {
  if (raw_) return;
  recalled_.clear();
  (void)lines_.append_line(recalled_, record);
}

void RecordLines::make_pretty(std::size_t place,
                              const kafka::Record& record,
                              std::string& out) const {
  if (!pretty_) return;
  const std::string line = out.substr(place, out.size() - place - 1);
  out.resize(place);
  pretty_->append(out, line, record);
}

// The record brought its schema along; the line goes before the record's.
void RecordLines::insert_own_shape(std::size_t place, PartitionProgress& at, std::string& out) {
  if (lines_.own_shape() != own_line_) {
    own_line_ = lines_.own_shape();
    own_shape_ = shapes_.define(*own_line_);
  }
  at.shape = own_shape_;
  std::string line;
  ShapeBook::pass(*own_shape_, line);
  if (!line.empty()) out.insert(place, line);
}

void RecordLines::append_shape(const kafka::Record& record,
                               PartitionProgress& at,
                               std::string& out) {
  const std::string_view hash = find_header(record, kSchemaHeader);
  if (hash.empty()) return;
  if (at.shape == nullptr || at.shape->hash != hash) at.shape = shapes_.find(hash, record.topic);
  ShapeBook::pass(*at.shape, out);
}

}  // namespace cdckit::kcat_cdc
