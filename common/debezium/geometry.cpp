#include "common/debezium/geometry.hpp"

#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"

#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

namespace cdckit::debezium {
namespace {

struct Point {
  double x = 0;
  double y = 0;
  bool operator==(const Point&) const = default;
};

void append_number(std::string& out, double value) {
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  out.append(text, end);
}

// As JSON has it: a number, or "NaN" and "Infinity" in quotes.
bool append_number(std::string& out, std::string_view json) {
  // as the server prints it
  if (json.ends_with(".0")) json.remove_suffix(2);
  if (json.size() > 2 && json.front() == '"') json = json.substr(1, json.size() - 2);
  if (json.empty() || json == "null" || json.front() == '{' || json.front() == '[') return false;
  out += json;
  return true;
}

void append_pair(std::string& out, const Point& point) {
  out += '(';
  append_number(out, point.x);
  out += ',';
  append_number(out, point.y);
  out += ')';
}

std::string text_member(std::string_view object, std::string_view name) {
  const std::string_view token = ndjson::find_member(object, name);
  std::string scratch;
  return token.starts_with('"') ? std::string(ndjson::unescape(token, scratch)) : std::string();
}

std::optional<std::string> wkb_of(std::string_view object) {
  const std::string_view token = ndjson::find_member(object, "wkb");
  std::string scratch;
  if (!token.starts_with('"')) return std::nullopt;
  return base::from_base64(ndjson::unescape(token, scratch));
}

// Well-known binary in either byte order: the points of a line string or of a polygon's ring.
class Wkb {
 public:
  explicit Wkb(std::string_view bytes) : rest_(bytes) {
    little_ = !rest_.empty() && rest_.front() == 1;
    if (!rest_.empty()) rest_.remove_prefix(1);
  }
  bool points(std::vector<Point>& points) {
    constexpr std::uint32_t kLineString = 2;
    constexpr std::uint32_t kPolygon = 3;
    const std::uint64_t kind = number(4);
    if (kind != kLineString && (kind != kPolygon || number(4) != 1)) return false;
    const std::uint64_t count = number(4);
    if (rest_.size() != count * 16) return false;
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto x = std::bit_cast<double>(number(8));
      points.push_back({x, std::bit_cast<double>(number(8))});
    }
    return !points.empty();
  }

 private:
  std::uint64_t number(std::size_t size) {
    if (rest_.size() < size) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const std::uint64_t byte = static_cast<unsigned char>(rest_[little_ ? size - 1 - i : i]);
      value = value << 8U | byte;
    }
    rest_.remove_prefix(size);
    return value;
  }
  std::string_view rest_;
  bool little_ = false;
};

void append_pairs(std::string& out, const std::vector<Point>& points) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (i > 0) out += ',';
    append_pair(out, points[i]);
  }
}

bool append_box(std::string& out, const std::vector<Point>& points) {
  if (points.size() != 5) return false;
  append_pair(out, points[0]);
  out += ',';
  append_pair(out, points[2]);
  return true;
}

}  // namespace

bool append_point(std::string& out, std::string_view object) {
  if (!object.starts_with('{')) return false;
  out += '(';
  if (!append_number(out, ndjson::find_member(object, "x"))) return false;
  out += ',';
  if (!append_number(out, ndjson::find_member(object, "y"))) return false;
  out += ')';
  return true;
}

bool append_shape(std::string& out, std::string_view object, std::string_view type) {
  if (!object.starts_with('{')) return false;
  const std::string_view more = ndjson::find_member(object, "extensions");
  const bool has_more = more.starts_with('{');
  const std::string said = has_more ? text_member(more, "type") : std::string();
  if (!said.empty()) type = said;
  const auto wkb = wkb_of(object);
  std::vector<Point> points;
  if (!wkb || !Wkb(*wkb).points(points)) return false;
  if (type == "box") return append_box(out, points);
  const bool closed = type == "polygon" || (has_more && text_member(more, "closed") == "true");
  if (type != "lseg" && type != "path" && type != "polygon") return false;
  // A ring ends where it began.
  if (type == "polygon" && points.size() > 1 && points.front() == points.back()) points.pop_back();
  out += closed ? '(' : '[';
  append_pairs(out, points);
  out += closed ? ')' : ']';
  return true;
}

bool append_circle(std::string& out, std::string_view object) {
  if (!object.starts_with('{')) return false;
  out += '<';
  if (!append_point(out, ndjson::find_member(object, "center"))) return false;
  out += ',';
  if (!append_number(out, ndjson::find_member(object, "radius"))) return false;
  out += '>';
  return true;
}

bool append_line(std::string& out, std::string_view object) {
  if (!object.starts_with('{')) return false;
  char before = '{';
  for (const char* name : {"a", "b", "c"}) {
    out += before;
    if (!append_number(out, ndjson::find_member(object, name))) return false;
    before = ',';
  }
  out += '}';
  return true;
}

bool append_postgis(std::string& out, std::string_view object) {
  if (!object.starts_with('{')) return false;
  const auto wkb = wkb_of(object);
  if (!wkb || wkb->empty()) return false;
  const std::string_view srid = ndjson::find_member(object, "srid");
  constexpr unsigned kHasSrid = 0x20;  // in the highest byte of the kind
  const std::size_t highest = wkb->front() == 1 ? 4 : 1;
  const bool inside =
      wkb->size() > 4 && (static_cast<unsigned char>((*wkb)[highest]) & kHasSrid) != 0;
  if (!inside && !srid.empty() && srid != "null") out.append("SRID=").append(srid).append(1, ';');
  constexpr const char* kDigits = "0123456789abcdef";
  for (const char c : *wkb) {
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return true;
}

}  // namespace cdckit::debezium
