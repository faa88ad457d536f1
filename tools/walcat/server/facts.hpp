// Everything about server, role, publications and tables that decides whether walcat can work
// there, read over one ordinary connection; nothing is judged here. Throws like pg::Connection.
#pragma once

#include "common/pg/connection.hpp"
#include "tools/walcat/filter/table_filter.hpp"
#include "tools/walcat/server/blockers.hpp"
#include "tools/walcat/server/identity.hpp"
#include "tools/walcat/server/slot.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cdckit::walcat {

struct PublishedFacts {
  std::string schema;
  std::string table;
  bool usage = false;   // of the schema, by this role
  bool select = false;  // of every published column
  bool hidden = false;  // row security would hide rows from this role
};

struct Facts {
  int version = 0;  // 150020
  std::string host;
  std::string database;
  std::string user;
  std::string encoding;
  std::string wal_level;
  std::int64_t slots_used = 0;
  std::int64_t slots_most = 0;
  std::int64_t senders_used = 0;
  std::int64_t senders_most = 0;
  bool superuser = false;
  bool replication = false;              // the attribute
  bool may_create = false;               // publications in this database
  std::int64_t wal_keep_megabytes = -1;  // max_slot_wal_keep_size; -1: no limit
  std::vector<std::string> publications;
  std::vector<PublishedFacts> tables;
  std::vector<IdentityFacts> identities;
  std::vector<Blocker> blockers;  // open for five seconds or longer
  SlotInfo slot;
};

struct FactsRequest {
  std::string slot;                       // empty: a temporary one
  std::vector<std::string> publications;  // empty: all
  const TableFilter& filter;
  bool create = false;  // what is missing would be made
};

// Those among `found` that are open for long. A role that may not see how old a transaction is
// looks twice: `later` is what it saw a second after. Pure.
std::vector<Blocker> long_blockers(std::vector<Blocker> found, const std::vector<Blocker>& later);

Facts read_facts(pg::Connection& connection, const FactsRequest& request);

}  // namespace cdckit::walcat
