#include "common/base/base64.hpp"
#include "common/event/java_number.hpp"
#include "tools/walcat/debezium/json_text.hpp"
#include "tools/walcat/debezium/mapping.hpp"
#include "tools/walcat/debezium/unavailable.hpp"
#include "tools/walcat/encode/type_oids.hpp"

#include <cstring>

namespace cdckit::walcat {
namespace {

constexpr std::string_view kNumberLetters = "0123456789+-.eEINafinty";
constexpr std::uint32_t kPointKind = 1;
constexpr std::uint32_t kLineKind = 2;
constexpr std::uint32_t kPolygonKind = 3;

// The numbers of a geometric text in their order; brackets and commas are of no interest.
bool next_number(std::string_view& text, std::string_view& number) noexcept {
  const auto begin = text.find_first_of(kNumberLetters);
  if (begin == std::string_view::npos) return false;
  auto end = text.find_first_not_of(kNumberLetters, begin);
  if (end == std::string_view::npos) end = text.size();
  number = text.substr(begin, end - begin);
  text.remove_prefix(end);
  return true;
}

double take_number(std::string_view& text) noexcept {
  std::string_view number;
  return next_number(text, number) ? event::to_double(number) : 0.0;
}

// Well-known binary, little-endian.
void append_u32(std::string& bytes, std::uint32_t value) {
  for (unsigned shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(value >> shift);
}

void append_f64(std::string& bytes, double value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  for (unsigned shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(bits >> shift);
}

std::string& begin_wkb(std::uint32_t kind) {
  static thread_local std::string bytes;
  bytes.assign(1, '\1');
  append_u32(bytes, kind);
  return bytes;
}

void append_pair(std::string& bytes, double x, double y) {
  append_f64(bytes, x);
  append_f64(bytes, y);
}

void append_wkb(std::string& out, const std::string& bytes) {
  out += "\"wkb\":\"";
  base::append_base64(out, bytes);
  out += '"';
}

void append_point_of(std::string& out, double x, double y) {
  out += "{\"x\":";
  event::append_java_number(out, x);
  out += ",\"y\":";
  event::append_java_number(out, y);
  out += ',';
  std::string& bytes = begin_wkb(kPointKind);
  append_pair(bytes, x, y);
  append_wkb(out, bytes);
  out += ",\"srid\":null}";
}

void append_point(std::string& out, std::string_view text, const Codec& /*codec*/) {
  const double x = take_number(text);
  append_point_of(out, x, take_number(text));
}

void append_circle(std::string& out, std::string_view text, const Codec& /*codec*/) {
  const double x = take_number(text);
  const double y = take_number(text);
  out += "{\"center\":";
  append_point_of(out, x, y);
  out += ",\"radius\":";
  event::append_java_number(out, take_number(text));
  out += '}';
}

void append_line(std::string& out, std::string_view text, const Codec& /*codec*/) {
  for (const std::string_view name : {"{\"a\":", ",\"b\":", ",\"c\":"}) {
    out += name;
    event::append_java_number(out, take_number(text));
  }
  out += '}';
}

void close_geometry(std::string& out, const std::string& bytes, std::string_view extensions) {
  out += '{';
  append_wkb(out, bytes);
  out += ",\"srid\":null,\"extensions\":{\"type\":";
  out += extensions;
  out += "}}";
}

// Five corners, from the first one by way of its column.
void append_box(std::string& out, std::string_view text, const Codec& /*codec*/) {
  const double x1 = take_number(text);
  const double y1 = take_number(text);
  const double x2 = take_number(text);
  const double y2 = take_number(text);
  std::string& bytes = begin_wkb(kPolygonKind);
  append_u32(bytes, 1);
  append_u32(bytes, 5);
  append_pair(bytes, x1, y1);
  append_pair(bytes, x1, y2);
  append_pair(bytes, x2, y2);
  append_pair(bytes, x2, y1);
  append_pair(bytes, x1, y1);
  close_geometry(out, bytes, "\"box\"");
}

// The points of the text behind a count, which stands at `count_at`.
std::uint32_t append_points(std::string& bytes, std::string_view text) {
  std::uint32_t count = 0;
  std::string_view number;
  while (next_number(text, number)) {
    const double x = event::to_double(number);
    append_pair(bytes, x, take_number(text));
    ++count;
  }
  return count;
}

void set_count(std::string& bytes, std::size_t at, std::uint32_t count) {
  for (unsigned i = 0; i < 4; ++i) bytes[at + i] = static_cast<char>(count >> (8 * i));
}

void append_line_string(std::string& out, std::string_view text, std::string_view extensions) {
  std::string& bytes = begin_wkb(kLineKind);
  const auto count_at = bytes.size();
  append_u32(bytes, 0);
  set_count(bytes, count_at, append_points(bytes, text));
  close_geometry(out, bytes, extensions);
}

void append_lseg(std::string& out, std::string_view text, const Codec& /*codec*/) {
  append_line_string(out, text, "\"lseg\"");
}

// An open path stands in square brackets.
void append_path(std::string& out, std::string_view text, const Codec& /*codec*/) {
  append_line_string(
      out,
      text,
      text.starts_with('[') ? R"("path","closed":"false")" : R"("path","closed":"true")");
}

// A ring ends where it began.
void append_polygon(std::string& out, std::string_view text, const Codec& /*codec*/) {
  constexpr std::size_t kPair = 16;
  std::string& bytes = begin_wkb(kPolygonKind);
  append_u32(bytes, 1);
  const auto count_at = bytes.size();
  append_u32(bytes, 0);
  auto count = append_points(bytes, text);
  const auto first = count_at + 4;
  if (count > 1 && bytes.compare(first, kPair, bytes, bytes.size() - kPair, kPair) != 0) {
    bytes.append(bytes, first, kPair);
    ++count;
  }
  set_count(bytes, count_at, count);
  close_geometry(out, bytes, "\"polygon\"");
}

// PostGIS prints its extended well-known binary in hex: kept as it is, the SRID read from it.
template <bool WithExtensions>
void append_postgis(std::string& out, std::string_view text, const Codec& /*codec*/) {
  constexpr std::uint32_t kHasSrid = 0x20000000;
  const auto byte = [&](std::size_t i) {
    const auto digit = [](char letter) -> std::uint32_t {
      return static_cast<std::uint32_t>(letter <= '9' ? letter - '0' : (letter | 0x20) - 'a' + 10);
    };
    return 2 * i + 1 < text.size() ? digit(text[2 * i]) << 4U | digit(text[2 * i + 1]) : 0U;
  };
  const bool little = byte(0) == 1;
  const auto word = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8U | byte(little ? at + 3 - i : at + i);
    return value;
  };
  out += "{\"wkb\":\"";
  base::append_base64_of_hex(out, text, base::Base64::standard);
  out += "\",\"srid\":";
  if ((word(1) & kHasSrid) != 0) {
    append_integer(out, word(5));
  } else {
    out += "null";
  }
  out += WithExtensions ? ",\"extensions\":null}" : "}";
}

std::string field(ConnectSchema schema, const char* name, bool optional) {
  return schema_json(schema, {.optional = optional, .default_value = {}, .field = name});
}

ConnectSchema structure(const char* name, const char* doc, const std::string& fields) {
  ConnectSchema schema = simple_schema("struct", std::string("io.debezium.data.geometry.") + name);
  schema.doc = doc;
  schema.nested = "\"fields\":[" + fields + "]";
  return schema;
}

ConnectSchema point_schema() {
  return structure("Point",
                   "Geometry (POINT)",
                   field(simple_schema("double"), "x", false) + "," +
                       field(simple_schema("double"), "y", false) + "," +
                       field(simple_schema("bytes"), "wkb", true) + "," +
                       field(simple_schema("int32"), "srid", true));
}

ConnectSchema geometry_schema() {
  ConnectSchema extensions = simple_schema("map");
  extensions.nested = R"("keys":{"type":"string","optional":false},)"
                      R"("values":{"type":"string","optional":false})";
  ConnectSchema schema = structure("Geometry",
                                   "Geometry",
                                   field(simple_schema("bytes"), "wkb", false) + "," +
                                       field(simple_schema("int32"), "srid", true) + "," +
                                       field(extensions, "extensions", true));
  schema.version = 2;
  return schema;
}

ConnectSchema geography_schema() {
  return structure("Geography",
                   "Geography",
                   field(simple_schema("bytes"), "wkb", false) + "," +
                       field(simple_schema("int32"), "srid", true));
}

Mapping mapping_of(AppendValue append, ConnectSchema schema, std::string_view filler_text) {
  Mapping mapping;
  mapping.codec.append = append;
  mapping.schema = std::move(schema);
  mapping.filler.clear();
  append(mapping.filler, filler_text, mapping.codec);
  return mapping;
}

Mapping shape(AppendValue append, std::string_view filler_text, const std::string& placeholder) {
  Mapping mapping = mapping_of(append, geometry_schema(), filler_text);
  mapping.unavailable =
      "{\"wkb\":" + base64_string(placeholder) + R"(,"srid":null,"extensions":null})";
  return mapping;
}

Mapping map_line() {
  ConnectSchema number = simple_schema("double");
  return mapping_of(&append_line,
                    structure("Line",
                              "Geometry (LINE)",
                              field(number, "a", false) + "," + field(number, "b", false) + "," +
                                  field(number, "c", false)),
                    "{0,1,0}");
}

Mapping map_circle() {
  return mapping_of(&append_circle,
                    structure("Circle",
                              "Geometry (CIRCLE)",
                              field(point_schema(), "center", false) + "," +
                                  field(simple_schema("double"), "radius", false)),
                    "<(0,0),0>");
}

// What stands for a path that was not sent says nothing of whether it is closed.
Mapping map_path(const std::string& placeholder) {
  constexpr std::string_view kClosed = R"(,"closed":"false")";
  Mapping mapping = shape(&append_path, "[(0,0),(1,0)]", placeholder);
  mapping.filler.erase(mapping.filler.find(kClosed), kClosed.size());
  return mapping;
}

MaybeMapping map_built_in(const MappedType& type, const std::string& placeholder) {
  switch (type.type.oid) {
    case oid::kPoint:
      return mapping_of(&append_point, point_schema(), "(0,0)");
    case oid::kBox:
      return shape(&append_box, "(0,0),(1,1)", placeholder);
    case oid::kLseg:
      return shape(&append_lseg, "[(0,0),(1,0)]", placeholder);
    case oid::kPath:
      return map_path(placeholder);
    case oid::kPolygon:
      return shape(&append_polygon, "((0,0),(1,0),(0,1))", placeholder);
    case oid::kCircle:
      return map_circle();
    case oid::kLine:
      return map_line();
    default:
      return std::nullopt;
  }
}

}  // namespace

// The connector cannot convert a shape that is the element of an array.
MaybeMapping map_geometry(const MappedType& type, const DebeziumSettings& settings) {
  const std::string placeholder = unavailable_bytes(settings);
  if (auto mapping = map_built_in(type, placeholder)) {
    if (settings.quirks && type.place == Place::element) mapping->codec.append = &append_null;
    mapping->never_required = type.type.oid != oid::kPoint;
    return mapping;
  }
  if (type.type.name == "geometry")
    return shape(&append_postgis<true>,
                 "0107000000"
                 "00000000",
                 placeholder);
  if (type.type.name != "geography") return std::nullopt;
  Mapping mapping = mapping_of(&append_postgis<false>,
                               geography_schema(),
                               "0107000000"
                               "00000000");
  mapping.unavailable = "{\"wkb\":" + base64_string(placeholder) + R"(,"srid":null})";
  return mapping;
}

}  // namespace cdckit::walcat
