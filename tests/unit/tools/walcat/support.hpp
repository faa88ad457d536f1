// Builds pgoutput messages byte by byte, and the tables that tests of walcat share.
#pragma once

#include "tools/walcat/change/changes.hpp"
#include "tools/walcat/encode/plain.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace walcat_test {

template <class T>
std::string number(T value) {
  std::string out;
  for (std::size_t i = sizeof(T); i-- > 0;) {
    out += static_cast<char>((static_cast<std::uint64_t>(value) >> (8 * i)) & 0xFFU);
  }
  return out;
}

inline std::string text(std::string_view value) {
  return std::string(value) + '\0';
}

// "-" is NULL, "~" unchanged, anything else a text value.
inline std::string tuple(const std::vector<std::string>& values) {
  std::string out = number(static_cast<std::uint16_t>(values.size()));
  for (const auto& value : values) {
    if (value == "-") {
      out += 'n';
    } else if (value == "~") {
      out += 'u';
    } else {
      out += 't' + number(static_cast<std::uint32_t>(value.size())) + value;
    }
  }
  return out;
}

inline std::string begin(std::uint64_t lsn, std::uint32_t xid = 7, std::int64_t time = 0) {
  return "B" + number(lsn) + number(time) + number(xid);
}
inline std::string commit(std::uint64_t lsn, std::uint64_t end, std::int64_t time = 0) {
  return "C" + number<std::uint8_t>(0) + number(lsn) + number(end) + number(time);
}

struct TestColumn {
  std::string name;
  std::uint32_t type;
  bool key;
};
inline std::string relation(std::uint32_t oid,
                            const std::string& name,
                            char identity,
                            const std::vector<TestColumn>& columns) {
  std::string out = "R" + number(oid) + text("public") + text(name) + identity +
                    number(static_cast<std::uint16_t>(columns.size()));
  for (const auto& column : columns) {
    out += number<std::uint8_t>(column.key ? 1 : 0) + text(column.name) + number(column.type) +
           number<std::int32_t>(-1);
  }
  return out;
}
inline std::string insert(std::uint32_t oid, const std::vector<std::string>& row) {
  return "I" + number(oid) + "N" + tuple(row);
}

// id int key, a text
inline std::string plain_relation(std::uint32_t oid = 1, char identity = 'd') {
  return relation(oid, "t", identity, {{"id", 23, true}, {"a", 25, identity == 'f'}});
}

inline cdckit::walcat::CatalogTable describe(const cdckit::walcat::Relation& relation) {
  cdckit::walcat::CatalogTable table;
  for (const auto& column : relation.columns) {
    table.columns.push_back({cdckit::walcat::build_type(column.type, {}), "type", !column.key});
  }
  table.primary_key = {"id"};
  return table;
}

// Feeds messages and gives what was printed.
struct Feed {
  explicit Feed(cdckit::walcat::ChangesSettings settings = {{"app", "db"}, false, false},
                const cdckit::walcat::TableFilter& filter = {{}, {}})
      : changes(std::move(settings), filter, encoding, describe) {}

  std::string operator()(const std::string& bytes, std::uint64_t start = 5) {
    std::string out;
    changes.apply(decoder.decode(bytes), start, out);
    return out;
  }

  cdckit::walcat::PlainEncoding encoding;
  cdckit::walcat::PgoutputDecoder decoder;
  cdckit::walcat::Changes changes;
};

inline std::size_t lines_in(std::string_view text) {
  std::size_t count = 0;
  for (const char letter : text) count += letter == '\n' ? 1 : 0;
  return count;
}

}  // namespace walcat_test
