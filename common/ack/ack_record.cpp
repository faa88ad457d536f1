#include "common/ack/ack_record.hpp"

#include "common/ndjson/text.hpp"

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
  out += R"(,"ts_ms":)" + std::to_string(record.ts_ms) + "}\n";
  return out;
}

std::optional<Record> parse(std::string_view content) {
  const auto json = nlohmann::json::parse(content, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  try {
    Record record;
    record.run = json.at("run").get<std::string>();
    record.seq = json.at("seq").get<std::uint64_t>();
    record.pos = json.at("pos").get<std::string>();
    record.source = std::string(ndjson::find_member(content, "source"));
    if (record.source == "null") record.source.clear();
    record.rows_ok = json.value("rows_ok", std::uint64_t{0});
    record.rows_rejected = json.value("rows_rejected", std::uint64_t{0});
    record.sink = json.value("sink", "");
    record.ts_ms = json.value("ts_ms", std::int64_t{0});
    return record;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace cdckit::ack
