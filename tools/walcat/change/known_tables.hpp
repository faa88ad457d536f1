// The tables that the stream speaks of: each compiled from what was announced and from what the
// catalog adds, announced again only after a real change, described again where types change
// without a word. No I/O but the catalog's answers. One thread.
#pragma once

#include "tools/walcat/change/composite_watch.hpp"
#include "tools/walcat/change/silent_changes.hpp"
#include "tools/walcat/encode/table.hpp"
#include "tools/walcat/filter/column_filter.hpp"
#include "tools/walcat/filter/table_filter.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace cdckit::walcat {

// Asked when a relation is met; may throw.
using DescribeTable = std::function<CatalogTable(const Relation&)>;

// A table met for the first time in the stream: has it rows that no event brought, because they are
// older than its place in the publication? `oid`; may throw.
using HasUnsentRows = std::function<bool(std::uint32_t)>;

// The transaction at hand.
struct Moment {
  std::uint32_t xid = 0;
  std::uint64_t commit = 0;  // LSN
  std::uint64_t number = 0;  // in this run
};

struct KnownTablesSettings {
  TableFilter filter;
  const Encoding& encoding;
  DescribeTable describe;
  HasUnsentRows has_unsent_rows = nullptr;  // may be missing
  std::string server_name;                  // source.name
  ColumnFilter* columns = nullptr;          // outlives this; may be missing
  std::uint64_t backlog_end = 0;            // where the server was when the run began
  std::uint32_t backlog_xid = 0;            // its changes are not older; 0: there is none
};

class KnownTables {
 public:
  explicit KnownTables(KnownTablesSettings settings) : settings_(std::move(settings)) {}

  void relation(Relation relation, const Moment& moment);
  // What the stream calls a type; needed when the catalog does not have it any more.
  void type(const Message& message);
  // Throws protocol when it was not announced. References stay valid.
  Table& at(std::uint32_t oid, const Moment& moment) {
    if (last_ != nullptr && last_oid_ == oid &&
        (!last_->composites.any || last_->composites_stamp == moment.number))
      return *last_;
    return find(oid, moment);
  }
  // A table read in a snapshot.
  Table& snapshot_table(const Relation& relation) { return add(relation, true, 0); }
  // A table read while the stream goes on, which goes on with its own picture of the table.
  void beside_stream(const Relation& relation, const std::function<void(Table&)>& print);
  void truncated(std::uint32_t oid) { silent_.truncated(oid); }
  // Everything before this position was streamed.
  void passed(std::uint64_t lsn) { silent_.passed(lsn); }

  template <class Visit>
  void visit(Visit visit) {
    for (auto& [oid, table] : tables_) visit(table);
  }

 private:
  Table& find(std::uint32_t oid, const Moment& moment);
  Table& add(const Relation& relation, bool snapshot, std::uint64_t commit);
  Table make(const Relation& relation, bool snapshot, std::uint64_t commit);
  void forget_older_columns(const Relation& relation, CatalogTable& catalog, bool snapshot) const;
  void name_lost_types(const Relation& relation, CatalogTable& catalog) const;
  void warn_of_lost_key(const Relation& relation,
                        const CatalogTable& catalog,
                        std::uint64_t commit);

  KnownTablesSettings settings_;
  CompositeWatch composites_;
  SilentChanges silent_;
  std::unordered_map<std::uint32_t, Table> tables_;
  std::unordered_map<std::uint32_t, std::string> types_;  // names that the stream told
  std::unordered_set<std::uint32_t> warned_;              // of a lost key
  Table* last_ = nullptr;                                 // most events are of the table before
  std::uint32_t last_oid_ = 0;
};

}  // namespace cdckit::walcat
