// The SQL API's JSON, read and written without any network: statement bodies, results, partitions,
// failures.
#pragma once

#include "common/snow/sql_api.hpp"

#include <string>
#include <string_view>

namespace cdckit::snow {

std::string statement_body(const Statement& statement, const ConnectionSettings& settings);

struct Answer {
  StatementResult result;
  std::size_t partitions = 1;
};

// A 200 body. Throws protocol when it is none.
Answer parse_answer(std::string_view body);
// Appends the rows of a further partition.
void append_partition(std::string_view body, StatementResult& result);

struct Failure {
  std::string code;
  std::string state;
  std::string message;
  std::string handle;
};
// Never throws: gateways answer in HTML too.
Failure parse_failure(std::string_view body);
// The handle of a 202 body; empty when there is none.
std::string parse_handle(std::string_view body);

base::ErrorKind kind_of_sql_code(std::string_view code);

}  // namespace cdckit::snow
