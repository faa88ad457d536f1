// The publications that --create makes. They never break the application: a table that could no
// longer be updated is refused by name before anything is made. What is made is said. Throws like
// pg::Connection; unavailable for what is refused.
#pragma once

#include "common/pg/connection.hpp"
#include "tools/walcat/filter/table_filter.hpp"
#include "tools/walcat/server/identity.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cdckit::walcat {

// What --create makes where --publication names none.
inline constexpr const char* kDefaultPublication = "cdckit";

// A table that a publication can have, or a partition of one.
struct Candidate {
  std::uint32_t oid = 0;
  std::uint32_t parent = 0;  // it is a partition of; 0: of none
  std::string schema = {};
  std::string table = {};
  bool root = false;  // has partitions in place of rows
  IdentityFacts identity = {};
};

struct PublicationPlan {
  std::string name;
  bool all_tables = false;                     // those to come as well
  std::vector<std::string> tables = {};        // else these, quoted; partitions go with their root
  std::vector<IdentityFacts> identities = {};  // of all that have rows
};

// Pure: what a publication of this name would have.
PublicationPlan plan_publication(const std::string& name,
                                 const std::vector<Candidate>& candidates,
                                 const TableFilter& filter);
// Throws unavailable when no table fits, or when one could no longer be updated.
void require_sound(const PublicationPlan& plan);
std::string publication_statement(const PublicationPlan& plan);

std::vector<Candidate> read_candidates(pg::Connection& connection);
// Makes those that are missing: all of them are looked at before the first is made.
void make_publications(pg::Connection& connection,
                       const std::vector<std::string>& names,
                       const TableFilter& filter);

}  // namespace cdckit::walcat
