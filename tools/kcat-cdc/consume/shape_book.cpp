#include "tools/kcat-cdc/consume/shape_book.hpp"

#include "common/base/error.hpp"
#include "common/ndjson/text.hpp"
#include "tools/kcat-cdc/topics/topic_names.hpp"

#include <utility>

namespace cdckit::kcat_cdc {

namespace {

// What stands for the table in a line: both names as they are written there.
std::string table_of(std::string_view line) {
  ndjson::ObjectCursor cursor(line);
  ndjson::Member member;
  std::string schema;
  std::string table;
  while (cursor.next(member)) {
    if (member.name == "schema") schema = member.value;
    if (member.name == "table") table = member.value;
  }
  return schema + "." + table;
}

}  // namespace

const Shape* ShapeBook::find(std::string_view hash, std::string_view data_topic) {
  const std::string topic = schema_topic_of(data_topic);
  for (bool first = true;; first = false) {
    const auto found = shapes_.find(hash);
    if (found != shapes_.end()) return &found->second;
    // the producer writes a shape before its records, but a mirrored cluster may be late
    if (!first && !pause_()) break;
    load(topic);
  }
  throw base::Error(base::ErrorKind::unavailable,
                    "could not find the schema \"" + std::string(hash) + "\" in topic \"" + topic +
                        "\": records of \"" + std::string(data_topic) + "\" refer to it",
                    "Mirror that topic too, with all it holds; without --ack and --control schemas "
                    "are not asked for.");
}

const Shape* ShapeBook::define(std::string_view line) {
  const auto found = shapes_.find(line);
  return found != shapes_.end() ? &found->second : add(std::string(line), line);
}

void ShapeBook::pass(const Shape& shape, std::string& out) {
  if (*shape.current == &shape) return;
  *shape.current = &shape;
  out += shape.line;
  out += '\n';
}

void ShapeBook::load(const std::string& topic) {
  for (auto& [hash, line] : fetch_(topic)) {
    if (!shapes_.contains(hash)) (void)add(hash, line);
  }
}

const Shape* ShapeBook::add(std::string hash, std::string_view line) {
  Shape shape;
  shape.hash = hash;
  shape.line = line;
  shape.current = &tables_[table_of(line)];
  return &shapes_.insert_or_assign(std::move(hash), std::move(shape)).first->second;
}

}  // namespace cdckit::kcat_cdc
