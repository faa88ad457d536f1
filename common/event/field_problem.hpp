// Why a JSON value is no value of its column, and how a message says so. Pure.
#pragma once

#include <string>
#include <string_view>

namespace cdckit::event {

// Static; never owned by the caller.
struct FieldProblem {
  std::string_view code;  // SQLSTATE
  std::string_view reason;
  bool ask_server = false;  // not a form that we read: the server may know it
  std::string_view hint = {};
};

// `table "t", column "x" (integer): why: "abc"`; a long value is cut. Empty parts are left out.
std::string column_problem(std::string_view table,
                           std::string_view column,
                           std::string_view type,
                           std::string_view reason,
                           std::string_view json);

}  // namespace cdckit::event
