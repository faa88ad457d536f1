// What a target column says of values whose source did not say its type: how the connector would
// have written them, and what could be something else. Pure.
#pragma once

#include "common/debezium/event_decoder.hpp"
#include "common/snow/table_description.hpp"

#include <optional>
#include <string>

namespace cdckit::snow_put {

// `column` as the source calls it; nothing when the table has none of that name. The precision of a
// time says its unit, as the connector's own default does: 0 to 3 thousandths, else millionths.
std::optional<debezium::ColumnFacts> source_facts(const snow::TableDescription& table,
                                                  const std::string& column,
                                                  debezium::Binary binary);

}  // namespace cdckit::snow_put
