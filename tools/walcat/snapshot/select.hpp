// The COPY statements that read published tables: which columns come in binary and which as the
// text of their type's output function, which rows, which part of the table. Pure.
#pragma once

#include "common/pg/binary/decode.hpp"
#include "tools/walcat/server/catalog.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::walcat {

// Blocks [first, last) of a table's file; without `last` to its end.
struct BlockRange {
  std::uint64_t first = 0;
  std::optional<std::uint64_t> last;
};

// How the server prints values of a type that is not read in binary.
struct OutputFunction {
  std::string name;  // quoted and qualified; empty when it is that of another type (refcursor)
  std::string base;  // of a domain: the type below it, quoted and qualified; else empty
};
using OutputFunctions = std::map<std::uint32_t, OutputFunction>;  // by type

// What one table is read by.
struct TableSelect {
  std::string from;                   // [ONLY] "s"."t"
  std::string columns;                // the select list
  bool plain = false;                 // no expression in it
  std::vector<pg::BinaryForm> forms;  // of the columns as they come
  std::vector<std::string> filters;   // all of them hold
};

// A partition that holds rows of a published root.
struct LeafName {
  std::string schema;
  std::string table;
  bool foreign = false;
};

TableSelect select_of(const PublishedTable& source, const OutputFunctions& functions);
// The rows of `root` that stand in this leaf; conditions may go on naming the root.
TableSelect select_leaf(const PublishedTable& root,
                        const LeafName& leaf,
                        const OutputFunctions& functions,
                        std::vector<std::string> filters);
// `SELECT <what> FROM ..` with the filters.
std::string select_statement(const TableSelect& select, const std::string& what);
std::string copy_statement(const TableSelect& select, const BlockRange& range);

}  // namespace cdckit::walcat
