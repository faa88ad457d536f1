// PostgreSQL's type of a column by the parameters `__debezium.source.column.type`, `.length` and
// `.scale` (the connector's option column.propagate.source.type). Pure.
#pragma once

#include <string>
#include <string_view>

namespace cdckit::kcat_cdc {

// `parameters` is a JSON object. As format_type() prints it; empty when they say nothing, or name a
// type that is not PostgreSQL's own: its values are text then, or what their schema says.
std::string source_type(std::string_view parameters);

}  // namespace cdckit::kcat_cdc
