// The Avro schema of a Kafka Connect schema, as Confluent's AvroConverter makes it: Debezium's
// record names, connect.* notes, null first in a union unless there is a default. What independent
// readers refuse is left out: defaults that Avro's JSON cannot say, decimals whose scale is none of
// its precision. Cold path: once a table's shape. Pure.
#pragma once

#include "common/avro/names.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cdckit::avro {

struct ConnectOptions {
  NameAdjustment adjustment = NameAdjustment::none;
  // Names the records <topic>.Envelope, .Value and .Key instead of what the schema says before
  // these words; empty: leaves them.
  std::string_view topic = {};
};

struct AvroOfConnect {
  std::string schema;              // Avro's JSON text
  std::string full_name;           // of its record; empty: it is none
  std::vector<std::string> notes;  // what was left out, a sentence each, for the log
};

// `connect` is the JSON text that JsonConverter prints under "schema". Throws data when it is none,
// config when a name is none of Avro's, or two become one: both are named.
AvroOfConnect connect_to_avro(std::string_view connect, const ConnectOptions& options);

}  // namespace cdckit::avro
