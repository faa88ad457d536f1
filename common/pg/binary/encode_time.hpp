// Dates and times in ISO 8601 -> binary COPY fields (days and microseconds since 2000-01-01). Any
// other form that PostgreSQL might know ("tomorrow", BC years) is answered with ask_server.
#pragma once

#include "common/pg/binary/problem.hpp"

#include <string>
#include <string_view>

namespace cdckit::pg {

const FieldProblem* encode_date(std::string_view text, std::string& out);
const FieldProblem* encode_time(std::string_view text, std::string& out);
// Without a zone in the text, `with_zone` means UTC; without `with_zone` a zone is ignored, as the
// server does.
const FieldProblem* encode_timestamp(std::string_view text, bool with_zone, std::string& out);

}  // namespace cdckit::pg
