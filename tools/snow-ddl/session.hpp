// Statements one after the other as if in one session: the SQL API gives every request a session of
// its own, so the context that USE sets is kept here and sent along.
#pragma once

#include "common/snow/sql_api.hpp"

#include <functional>
#include <string>

namespace cdckit::snow_ddl {

// Runs one statement at the server; a test passes its own.
using Execute = std::function<snow::StatementResult(const snow::Statement& statement)>;

// A statement that the server refuses cannot be had (unavailable), whatever its reason; a missing
// permission and trouble that passes stay what they are.
base::ErrorKind kind_of_refusal(const base::Error& error);

class Session {
 public:
  Session(Execute execute, std::string query_tag);
  // A USE statement is noted and not sent.
  snow::StatementResult run(const std::string& text);

 private:
  bool use(const std::string& text);

  Execute execute_;
  snow::Statement context_;  // without text
};

}  // namespace cdckit::snow_ddl
