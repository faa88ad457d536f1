// One record as lines: its table's `schema` line where that is due, then the record. Knows which
// records are none: most tombstones, and the records of the schema topics themselves.
#pragma once

#include "common/kafka/record.hpp"
#include "tools/kcat-cdc/consume/progress.hpp"
#include "tools/kcat-cdc/consume/shape_book.hpp"
#include "tools/kcat-cdc/value/line_builder.hpp"
#include "tools/kcat-cdc/value/pretty_record.hpp"

#include <optional>
#include <string>
#include <utility>

namespace cdckit::kcat_cdc {

class RecordLines {
 public:
  enum class Result { line, nothing, undecodable };

  // `with_shapes`: control lines are wanted. `schemas`: see LineBuilder; must outlive this.
  RecordLines(bool raw,
              bool with_shapes,
              ShapeBook shapes,
              RecordFormat format = RecordFormat::by_looks,
              SchemaSource* schemas = nullptr)
      : raw_(raw), with_shapes_(with_shapes), shapes_(std::move(shapes)), lines_(format, schemas) {}

  // From now on lines are for people.
  void for_people(bool color) { pretty_.emplace(color); }
  // Appends to `out`; of what is undecodable at most its shape. `at`: the record's partition.
  // Throws unavailable when its shape cannot be found.
  Result append(const kafka::Record& record, PartitionProgress& at, std::string& out);
  // A record that an earlier run gave out: what follows it is read as if this one had.
  void recall(const kafka::Record& record);
  // Why the last record was undecodable.
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

 private:
  void make_pretty(std::size_t place, const kafka::Record& record, std::string& out) const;
  void append_shape(const kafka::Record& record, PartitionProgress& at, std::string& out);
  void insert_own_shape(std::size_t place, PartitionProgress& at, std::string& out);

  bool raw_;
  bool with_shapes_;
  ShapeBook shapes_;
  LineBuilder lines_;
  std::optional<PrettyRecord> pretty_;
  const std::string* own_line_ = nullptr;  // of lines_, and its shape
  const Shape* own_shape_ = nullptr;
  std::string reason_;
  std::string recalled_;
};

}  // namespace cdckit::kcat_cdc
