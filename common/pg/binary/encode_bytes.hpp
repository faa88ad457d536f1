// uuid and bytea as text -> binary COPY fields. The grammar is that of PostgreSQL's own input
// functions, so that a refusal here is a refusal there. After a problem the caller cuts `out` off.
#pragma once

#include "common/pg/binary/problem.hpp"

#include <string>
#include <string_view>

namespace cdckit::pg {

const FieldProblem* encode_uuid(std::string_view text, std::string& out);
const FieldProblem* encode_bytea(std::string_view text, std::string& out);

}  // namespace cdckit::pg
