#include "tools/kcat-cdc/transactions/position_record.hpp"

#include "common/ack/ack_record.hpp"
#include "common/base/error.hpp"
#include "common/ndjson/text.hpp"
#include "common/ndjson/validator.hpp"
#include "tools/kcat-cdc/topics/topic_names.hpp"

namespace cdckit::kcat_cdc {

using base::Error;
using base::ErrorKind;

namespace {

constexpr std::string_view kPositionPart = "__position.";

void append_mark(std::string& out,
                 std::string_view name,
                 const std::optional<event::Position>& at) {
  out.append(",\"").append(name).append("\":");
  if (!at) {
    out += "null";
    return;
  }
  out += '"';
  event::append_position(out, *at);
  out += '"';
}

// Nothing when the text is neither null nor a position.
bool read_mark(std::string_view raw, event::Origin origin, event::Marks& marks) {
  if (raw.empty() || ndjson::is_null(raw)) return true;
  std::string text;
  if (raw.front() != '"') return false;
  ndjson::append_unescaped(text, raw);
  const auto position = event::parse_position(text);
  if (!position) return false;
  marks.advance({origin, *position});
  return true;
}

Error foreign(const std::string& id, const std::string& what) {
  return Error(
      ErrorKind::unavailable,
      "could not go on with --transactional " + id + ": " + what,
      "Positions of one say nothing about the other: give each pipeline an ID of its own.");
}

}  // namespace

std::string format(const PositionRecord& record) {
  std::string out = R"({"v":1,"source":)";
  out += record.source.empty() ? "null" : record.source;
  out += R"(,"target":)";
  ndjson::append_string(out, record.target);
  std::optional<event::Position> stream;
  if (record.marks.stream() != event::Position{}) stream = record.marks.stream();
  append_mark(out, "stream", stream);
  append_mark(out, "snapshot", record.marks.snapshot());
  return out += '}';
}

std::optional<PositionRecord> parse_position_record(std::string_view text) {
  if (ndjson::Validator().check_object(text, false) != nullptr) return std::nullopt;
  if (ndjson::find_member(text, "v") != "1") return std::nullopt;
  PositionRecord out;
  const std::string_view source = ndjson::find_member(text, "source");
  if (!source.empty() && !ndjson::is_null(source)) out.source = source;
  const std::string_view target = ndjson::find_member(text, "target");
  if (target.empty() || target.front() != '"') return std::nullopt;
  ndjson::append_unescaped(out.target, target);
  const bool good =
      read_mark(ndjson::find_member(text, "stream"), event::Origin::stream, out.marks) &&
      read_mark(ndjson::find_member(text, "snapshot"), event::Origin::snapshot, out.marks);
  if (!good) return std::nullopt;
  return out;
}

void require_target(const PositionRecord& stored,
                    const std::string& target,
                    const std::string& id) {
  if (stored.target == target) return;
  throw foreign(id, "it belongs to topics of \"" + stored.target + "\", not of \"" + target + "\"");
}

void require_source(const PositionRecord& stored, std::string_view source, const std::string& id) {
  if (stored.source.empty() && source.empty()) return;
  if (source.empty())
    throw foreign(id, "it belongs to the source " + stored.source + ", the input names none");
  if (stored.source.empty())
    throw foreign(id, "it belongs to input that names no source, not to " + std::string(source));
  if (ack::same_source(stored.source, source)) return;
  throw foreign(id,
                "it belongs to the source " + stored.source + ", not to " + std::string(source));
}

std::string target_base(const std::string& topic_prefix, const std::string& pattern) {
  if (!topic_prefix.empty()) return topic_prefix;
  const std::string schemas = schema_topic_of(pattern);
  std::string base = schemas.substr(0, schemas.size() - kSchemaTopicPart.size() - 1);
  return base;
}

std::string position_topic_of(const std::string& base, const std::string& id) {
  const std::string tail = std::string(kPositionPart) + id;
  return sanitize_topic(has_placeholder(base) ? tail : base + "." + tail);
}

}  // namespace cdckit::kcat_cdc
