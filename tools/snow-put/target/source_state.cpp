#include "tools/snow-put/target/source_state.hpp"

#include "common/base/text.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/text.hpp"
#include "common/snow/identifiers.hpp"

#include <map>
#include <utility>

namespace cdckit::snow_put {

SourceIdentity identity_of(std::string_view source_json) {
  SourceIdentity identity;
  std::map<std::string, std::string> members;
  ndjson::ObjectCursor cursor(source_json);
  ndjson::Member member;
  while (cursor.next(member)) {
    if (member.name == "timeline") {
      identity.timeline = base::parse_unsigned(member.value).value_or(0);
    } else {
      members[std::string(member.name)] = std::string(member.value);
    }
  }
  identity.text = "{";
  for (const auto& [name, value] : members) {
    if (identity.text.size() > 1) identity.text += ',';
    identity.text += '"' + name + "\":" + value;
  }
  identity.text += '}';
  return identity;
}

std::string identity_conflict(const SourceIdentity& before, const SourceIdentity& now) {
  if (before.text != now.text) return "it belongs to source " + before.text + ", not " + now.text;
  if (now.timeline < before.timeline) {
    return "its source was on timeline " + std::to_string(before.timeline) + ", and is on " +
           std::to_string(now.timeline) + " now: an earlier one";
  }
  return {};
}

SourceState::SourceState(const Place& place, std::string prefix, bool create)
    : state_{place.database, place.schema, kStateTable},
      prefix_(std::move(prefix)),
      create_(create) {}

void SourceState::warn(const std::string& why) const {
  log::warning("whether channel prefix \"" + prefix_ +
               "\" belongs to this source is not checked: " + why);
}

std::string store_acknowledged_sql(const snow::TableAddress& state,
                                   const std::string& prefix,
                                   const std::string& pos) {
  return "UPDATE " + snow::sql_name(state) +
         " SET \"ACKED_POS\" = " + (pos.empty() ? "NULL" : snow::sql_text(pos)) +
         ", \"UPDATED_AT\" = SYSDATE() WHERE \"PREFIX\" = " + snow::sql_text(prefix) +
         " AND \"TABLE_NAME\" = ''";
}

// Made only where it is missing: a role that may not create is fine with what is there.
std::optional<SourceState::Stored> SourceState::find_or_make(snow::SqlApi& api) const {
  try {
    return stored(api);
  } catch (const snow::SqlError& error) {
    if (!create_ || !error.is_missing_object()) throw;
  }
  api.run(create_state_sql(state_));
  return stored(api);
}

// A row without a source was made by a merge.
std::optional<SourceState::Stored> SourceState::stored(snow::SqlApi& api) const {
  const snow::StatementResult result =
      api.run("SELECT \"SOURCE\", \"ACKED_POS\" FROM " + snow::sql_name(state_) +
              " WHERE \"PREFIX\" = " + snow::sql_text(prefix_) +
              " AND \"TABLE_NAME\" = '' ORDER BY \"SOURCE\" NULLS LAST");
  if (result.rows.empty()) return std::nullopt;
  return Stored{result.text(0, "SOURCE"), result.text(0, "ACKED_POS") == kAllAcknowledged};
}

void SourceState::store(snow::SqlApi& api, std::string_view source_json, bool is_new) const {
  const std::string source = snow::sql_text(source_json);
  const std::string prefix = snow::sql_text(prefix_);
  if (is_new) {
    api.run("INSERT INTO " + snow::sql_name(state_) +
            " (\"PREFIX\", \"TABLE_NAME\", \"SOURCE\", \"UPDATED_AT\") SELECT " + prefix +
            ", '', " + source + ", SYSDATE()");
    return;
  }
  api.run("UPDATE " + snow::sql_name(state_) + " SET \"SOURCE\" = " + source +
          ", \"UPDATED_AT\" = SYSDATE() WHERE \"PREFIX\" = " + prefix + " AND \"TABLE_NAME\" = ''");
}

void SourceState::check(snow::SqlApi& api, const std::string& source) {
  if (source.empty()) return;
  try {
    const auto before = find_or_make(api);
    counts_lsns_ = !ndjson::find_member(source, "system_id").empty();
    kept_ = true;
    if (!before) return store(api, source, true);
    if (before->source.empty()) return store(api, source, false);
    const std::string conflict =
        identity_conflict(identity_of(before->source), identity_of(source));
    if (!conflict.empty()) {
      throw base::Error(base::ErrorKind::unavailable,
                        "could not use channel prefix \"" + prefix_ + "\": " + conflict,
                        "Positions of two sources say nothing about each other: choose another "
                        "--channel-prefix, or delete the prefix's row from " +
                            snow::sql_name(state_) + " when its tables are made anew.");
    }
    if (identity_of(before->source).timeline != identity_of(source).timeline)
      store(api, source, false);
    // rows follow
    if (before->all_acknowledged) api.run(store_acknowledged_sql(state_, prefix_, ""));
  } catch (const snow::SqlError& error) {
    kept_ = false;
    if (error.code() == "000606") return warn("the connection has no warehouse");
    if (!error.is_missing_object()) throw;
    warn("there is no table " + snow::sql_name(state_) + " (--create makes it)");
  }
}

}  // namespace cdckit::snow_put
