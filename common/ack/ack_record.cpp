#include "common/ack/ack_record.hpp"

#include "common/ndjson/text.hpp"
#include "common/ndjson/whole_number.hpp"

#include <nlohmann/json.hpp>

namespace cdckit::ack {

std::string format(const Record& record) {
  std::string out = R"({"v":1,"run":)";
  ndjson::append_string(out, record.run);
  // the source object is copied as it came, so that both ends compare the same text
  out += R"(,"source":)" + (record.source.empty() ? "null" : record.source);
  out += R"(,"seq":)" + std::to_string(record.seq) + R"(,"pos":)";
  ndjson::append_string(out, record.pos);
  out += R"(,"rows_ok":)" + std::to_string(record.rows_ok);
  out += R"(,"rows_rejected":)" + std::to_string(record.rows_rejected) + R"(,"sink":)";
  ndjson::append_string(out, record.sink);
  if (!record.stored.empty()) {
    out += R"(,"stored":)";
    ndjson::append_string(out, record.stored);
  }
  out += R"(,"ts_ms":)" + std::to_string(record.ts_ms) + "}\n";
  return out;
}

namespace {

// False when it is there and no whole number.
template <class Number>
bool read_number(const nlohmann::json& object, const char* name, Number& number) {
  const auto found = object.find(name);
  if (found == object.end()) return true;
  const auto read = ndjson::whole_number<Number>(*found);
  number = read.value_or(0);
  return read.has_value();
}

bool read_numbers(const nlohmann::json& object, Record& record) {
  return object.contains("seq") && read_number(object, "seq", record.seq) &&
         read_number(object, "rows_ok", record.rows_ok) &&
         read_number(object, "rows_rejected", record.rows_rejected) &&
         read_number(object, "ts_ms", record.ts_ms);
}

}  // namespace

std::optional<Record> parse(std::string_view content) {
  const auto json = nlohmann::json::parse(content, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  try {
    Record record;
    if (!read_numbers(json, record)) return std::nullopt;
    record.run = json.at("run").get<std::string>();
    record.pos = json.at("pos").get<std::string>();
    record.source = std::string(ndjson::find_member(content, "source"));
    if (record.source == "null") record.source.clear();
    record.sink = json.value("sink", "");
    record.stored = json.value("stored", "");
    return record;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

bool same_source(std::string_view left, std::string_view right) {
  const auto one = nlohmann::json::parse(left, nullptr, false);
  const auto other = nlohmann::json::parse(right, nullptr, false);
  if (one.is_discarded() || other.is_discarded()) return left == right;
  return one == other;
}

}  // namespace cdckit::ack
