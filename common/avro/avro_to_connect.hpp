// The Kafka Connect schema of an Avro schema, as the text that JsonConverter prints: what a
// `schema` line says of a topic whose records bring their own. It describes what Decoder prints.
// With Connect's notes it is the schema that the writer had; without them the logical types say
// what Debezium would call them, and a decimal is a string with its column's type beside it. Cold
// path, pure.
#pragma once

#include "common/avro/schema.hpp"

#include <string>

namespace cdckit::avro {

// Throws data for a schema that is too large when its names are written out.
std::string avro_to_connect(const Schema& schema);

}  // namespace cdckit::avro
