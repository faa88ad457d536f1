#include "tools/snow-put/ingest/journal_marks.hpp"

#include "common/log/log.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-put/rows/journal.hpp"

namespace cdckit::snow_put {

std::string journal_marks_sql(const snow::TableAddress& journal,
                              const std::vector<std::string>& channels) {
  const std::string op = snow::sql_name(kOp);
  const std::string pos = snow::sql_name(kPos);
  const std::string channel = snow::sql_name(kChannel);
  std::string names;
  for (const std::string& name : channels) {
    if (!names.empty()) names += ", ";
    names += snow::sql_text(name);
  }
  return "SELECT " + channel + " AS \"channel\", MAX(IFF(" + op + " <> 'r', " + pos +
         ", NULL)) AS \"stream\", MAX(IFF(" + op + " = 'r', " + pos +
         ", NULL)) AS \"snapshot\" FROM " + snow::sql_name(journal) + " WHERE " + channel +
         " IN (" + names + ") GROUP BY " + channel;
}

// Of events that have only an offset the service knows best.
bool wants_recall(const ChannelWriter& writer) {
  const Target& target = *writer.target;
  return writer.marks == event::Marks{} && !target.fresh && writer.topic.empty() &&
         target.description.find(std::string(kChannel)) != nullptr;
}

std::map<std::string, event::Marks> recall_marks(snow::SqlApi& api,
                                                 const snow::TableAddress& journal,
                                                 const std::vector<std::string>& channels) {
  std::map<std::string, event::Marks> found;
  try {
    const snow::StatementResult result = api.run(journal_marks_sql(journal, channels));
    for (std::size_t i = 0; i < result.rows.size(); ++i) {
      const std::string& channel = result.text(i, "channel");
      event::Marks& marks = found[channel];
      const auto stream = event::parse_position(result.text(i, "stream"));
      const auto snapshot = event::parse_position(result.text(i, "snapshot"));
      if (stream) marks.advance({event::Origin::stream, *stream, 0});
      if (snapshot) marks.advance({event::Origin::snapshot, *snapshot, 0});
      if (marks == event::Marks{}) continue;
      log::warning("channel \"" + channel + "\" is a new one to the service: its journal says \"" +
                   marks.token() + "\"");
    }
  } catch (const snow::SqlError& error) {
    log::warning("could not ask journal " + snow::sql_name(journal) +
                 " how far its channels were: " + error.what());
  }
  return found;
}

}  // namespace cdckit::snow_put
