#include "tools/pg-load/target/position_store.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"

namespace cdckit::pg_load {
namespace {

// A schema that is there is left alone: CREATE SCHEMA IF NOT EXISTS asks for a right on the
// database even then, which a role with no more than it needs has not.
constexpr const char* kCreate = R"sql(
DO $$ BEGIN
  IF to_regnamespace('cdckit') IS NULL THEN CREATE SCHEMA IF NOT EXISTS cdckit; END IF;
END $$;
CREATE TABLE IF NOT EXISTS cdckit.positions (
  source text NOT NULL,
  part text NOT NULL,
  pos text NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (source, part));
COMMENT ON TABLE cdckit.positions IS
  'how far pg-load applied the change events of each source')sql";

constexpr const char* kUpdate = R"sql(
INSERT INTO cdckit.positions AS p (source, part, pos) VALUES ($1, $2, $3)
ON CONFLICT (source, part) DO UPDATE SET pos = excluded.pos, updated_at = now()
WHERE p.pos = $4)sql";

std::string text_member(std::string_view object, std::string_view name) {
  const std::string_view token = ndjson::find_member(object, name);
  std::string text;
  if (token.starts_with('"')) {
    ndjson::append_unescaped(text, token);
  } else {
    text = token;
  }
  return text;
}

}  // namespace

std::string source_id(std::string_view source_json) {
  const std::string system = text_member(source_json, "system_id");
  if (!system.empty())
    return system + "/" + text_member(source_json, "slot") + "/" +
           text_member(source_json, "database");
  const std::string cluster = text_member(source_json, "cluster");
  if (!cluster.empty()) return cluster + "/" + text_member(source_json, "group");
  return std::string(source_json);
}

bool same_database(std::string_view left, std::string_view right) noexcept {
  if (left == right) return true;
  // system_id/slot/database; a slot's name holds no slash
  const auto ends = [](std::string_view id) {
    const std::size_t system = id.find('/');
    const std::size_t slot = system == id.npos ? id.npos : id.find('/', system + 1);
    return slot == id.npos ? std::pair(id, std::string_view())
                           : std::pair(id.substr(0, system), id.substr(slot + 1));
  };
  return !ends(left).second.empty() && ends(left) == ends(right);
}

void PositionStore::open(pg::Connection& connection, const std::string& source) {
  try {
    if (connection.query("SELECT to_regclass('cdckit.positions')").is_null(0, 0))
      connection.execute(kCreate);
  } catch (const base::Error& error) {
    throw base::Error(error.kind(),
                      std::string("could not create table cdckit.positions: ") + error.what(),
                      "Let an administrator create it, or grant CREATE on the database: positions "
                      "are kept in the target.");
  }
  source_ = source;
  reload(connection);
}

void PositionStore::reload(pg::Connection& connection) {
  if (!is_open()) return;
  for (auto& [part, entry] : parts_) entry = {};
  const pg::Parameter parameters[] = {source_};
  const pg::Result result =
      connection.query("SELECT part, pos FROM cdckit.positions WHERE source = $1", parameters);
  for (int row = 0; row < result.rows(); ++row)
    parts_[result.text(row, 0)] = {result.text(row, 1), result.text(row, 1)};
}

std::string& PositionStore::at(std::string_view part) {
  const auto found = parts_.find(part);
  return found != parts_.end() ? found->second.current : parts_[std::string(part)].current;
}

std::string PositionStore::stored(std::string_view part) const {
  const auto found = parts_.find(part);
  return found == parts_.end() ? std::string() : found->second.stored;
}

std::vector<std::pair<std::string, std::string>> PositionStore::of_others(
    pg::Connection& connection, const std::string& part) const {
  const pg::Parameter parameters[] = {part, source_};
  const pg::Result result = connection.query(
      "SELECT source, pos FROM cdckit.positions WHERE part = $1 AND source <> $2 ORDER BY source",
      parameters);
  std::vector<std::pair<std::string, std::string>> found;
  for (int row = 0; row < result.rows(); ++row)
    found.emplace_back(result.text(row, 0), result.text(row, 1));
  return found;
}

void PositionStore::forget_others(pg::Connection& connection, const std::string& part) const {
  const pg::Parameter parameters[] = {part, source_};
  connection.query("DELETE FROM cdckit.positions WHERE part = $1 AND source <> $2", parameters);
}

bool PositionStore::advance(const event::Event& event) {
  if (!is_open()) return true;
  // Rows of a picture are governed by its borders; through Kafka there are none.
  if (event.kafka.empty() && event.op == 'r') return true;
  part_.clear();
  position_.assign(event.pos);
  if (!event.kafka.empty()) {
    const std::string_view topic = ndjson::find_member(event.kafka, "topic");
    part_.assign(topic.size() > 2 ? topic.substr(1, topic.size() - 2) : topic)
        .append(1, '/')
        .append(ndjson::find_member(event.kafka, "partition"));
    if (event.op == 'r') part_ += " snapshot";
    // Two orders that know nothing of each other: each has a mark of its own.
    if (event.pos.empty()) {
      part_ += " offset";
      position_ =
          base::hex16(base::parse_unsigned(ndjson::find_member(event.kafka, "offset")).value_or(0));
    }
  }
  if (position_.empty()) return true;
  std::string& mark = at(part_);
  if (!mark.empty() && position_ <= mark) return false;
  mark = position_;
  return true;
}

void PositionStore::save_part(pg::Connection& connection, const Move& move) const {
  const pg::Parameter parameters[] = {source_, move.part, move.current, move.stored};
  if (connection.query(kUpdate, parameters).affected() == 1) return;
  throw base::Error(
      base::ErrorKind::temporary,
      "could not move the position of source \"" + source_ + "\": someone else moved it",
      "Two runs of pg-load must not apply the same source.");
}

PositionStore::Moves PositionStore::moves() const {
  Moves moves;
  for (const auto& [part, entry] : parts_) {
    if (entry.current != entry.stored) moves.push_back({part, entry.stored, entry.current});
  }
  return moves;
}

void PositionStore::save(pg::Connection& connection, const Moves& moves) const {
  if (!is_open()) return;
  for (const Move& move : moves) save_part(connection, move);
}

void PositionStore::saved(const Moves& moves) {
  for (const Move& move : moves) parts_[move.part].stored = move.current;
}

void PositionStore::revert() {
  for (auto& [part, entry] : parts_) entry.current = entry.stored;
}

}  // namespace cdckit::pg_load
