// Tables of the target as the unit tests need them.
#pragma once

#include "tools/pg-load/table/stream_decoder.hpp"
#include "tools/pg-load/table/target_table.hpp"

namespace cdckit::pg_load::tests {

inline Column column(const std::string& name,
                     const std::string& type,
                     const std::string& base_type = "") {
  Column made{.name = name,
              .type = type,
              .base_type = base_type.empty() ? type : base_type,
              .default_expression = {}};
  made.resolved_type = made.type;
  made.codec = codec_for_type(made.base_type);
  made.exact = compares_exactly({.base_type = made.base_type,
                                 .kind = 'b',
                                 .category = 'U',
                                 .modified = made.type != made.base_type});
  return made;
}

// id integer key, s text, n numeric with a default, big text
inline TargetTable sample() {
  TargetTable target;
  target.name = {.schema = "public", .table = "t"};
  target.oid = 7;
  target.columns = {column("id", "integer"),
                    column("s", "text"),
                    column("n", "numeric(12,2)", "numeric"),
                    column("big", "text")};
  target.columns[2].default_expression = "1.5";
  target.key = {0};
  return target;
}

// Of a stream whose hello says plain.
inline StreamDecoder& plain_stream() {
  static StreamDecoder decoder({.said = Encoding::plain});
  return decoder;
}

}  // namespace cdckit::pg_load::tests
