// Debezium's geometric structs (raw JSON) as PostgreSQL's own text: point, box, lseg, path,
// polygon, circle, line, and PostGIS's. Each appends the text without quotes; false: not of that
// form. Pure.
#pragma once

#include <string>
#include <string_view>

namespace cdckit::debezium {

bool append_point(std::string& out, std::string_view object);
// {wkb, srid, extensions {type, closed}}; `type` is the column's when the struct does not say it.
bool append_shape(std::string& out, std::string_view object, std::string_view type);
bool append_circle(std::string& out, std::string_view object);
bool append_line(std::string& out, std::string_view object);
// PostGIS reads its binary form in hex, an SRID before it.
bool append_postgis(std::string& out, std::string_view object);

}  // namespace cdckit::debezium
