// A channel whose token is gone though its rows are in the journal: the service forgets channels
// that were idle for long. The journal itself says how far it was. Talks to the SQL API.
#pragma once

#include "common/event/marks.hpp"
#include "common/snow/sql_api.hpp"
#include "tools/snow-put/ingest/channel_writer.hpp"

#include <map>
#include <string>
#include <vector>

namespace cdckit::snow_put {

std::string journal_marks_sql(const snow::TableAddress& journal,
                              const std::vector<std::string>& channels);
// Only where a journal that was there before may have rows of this channel.
bool wants_recall(const ChannelWriter& writer);
// By channel; none, with a warning, where the journal cannot be asked. One statement for all.
std::map<std::string, event::Marks> recall_marks(snow::SqlApi& api,
                                                 const snow::TableAddress& journal,
                                                 const std::vector<std::string>& channels);

}  // namespace cdckit::snow_put
