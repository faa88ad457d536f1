// What a statement is about, as far as its first words say it: whether it lives by the session,
// what object it makes, changes or drops. Pure; throws nothing for text that split_statements()
// gave.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cdckit::snow_ddl {

struct StatementFacts {
  std::string verb;               // CREATE, INSERT, .. in upper case; empty: no word
  std::string kind;               // TABLE, VIEW, FILE FORMAT .. of CREATE, ALTER, DROP and the like
  std::vector<std::string> name;  // stored names of that object, or of what DML writes to
  std::vector<std::string> renamed = {};  // ALTER .. RENAME TO this
  std::string arguments;                  // of a function or procedure: (NUMBER, VARCHAR)
  bool replaces = false;                  // CREATE OR REPLACE
  bool if_not_exists = false;
  bool temporary = false;  // CREATE TEMPORARY
  bool dml = false;        // INSERT UPDATE DELETE MERGE
  bool session = false;    // SET UNSET USE, ALTER SESSION: counts for what follows
  bool computed = false;   // SET from a query or an expression: not the same twice
  bool ddl = false;        // commits a transaction that was begun
  bool begins = false;     // a transaction
  bool ends = false;
  bool upload = false;  // PUT GET: not possible through the SQL API

  [[nodiscard]] bool makes_object() const { return verb == "CREATE" || verb == "ALTER"; }
};

StatementFacts facts_of(const std::string& statement);
// "DB"."S"."T" as it may be written: the parts joined.
std::string joined_name(const std::vector<std::string>& name);

}  // namespace cdckit::snow_ddl
