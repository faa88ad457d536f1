// Pieces of SQL that more than one question to the catalog is made of. Pure text.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace cdckit::pg {

// `sql` with `text` in place of each `hole`, e.g. "{key}". Never for what a user typed.
inline std::string filled(std::string sql, std::string_view hole, std::string_view text) {
  for (std::size_t at = sql.find(hole); at != std::string::npos; at = sql.find(hole, at)) {
    sql.replace(at, hole.size(), text);
    at += text.size();
  }
  return sql;
}

// The same for several holes in one walk, so that a text may hold what looks like a hole.
inline std::string filled_once(std::string_view sql,
                               std::span<const std::pair<std::string_view, std::string>> texts) {
  std::string out;
  while (!sql.empty()) {
    const auto* hole = std::find_if(texts.data(),
                                    texts.data() + texts.size(),
                                    [&](const auto& text) { return sql.starts_with(text.first); });
    if (hole == texts.data() + texts.size()) {
      out += sql.front();
      sql.remove_prefix(1);
    } else {
      out += hole->second;
      sql.remove_prefix(hole->first.size());
    }
  }
  return out;
}

// The numbers of an index's key columns, in key order and counted from 1, of the row `index` of
// pg_index: columns that are only INCLUDEd are no part of the key. An expression has number 0.
inline std::string key_columns(const std::string& index) {
  return "((" + index + ".indkey::pg_catalog.int2[])[0:" + index + ".indnkeyatts - 1])";
}

}  // namespace cdckit::pg
