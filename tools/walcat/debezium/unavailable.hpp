// What stands for a large value that did not change and was not sent.
#pragma once

#include "tools/walcat/debezium/mapping.hpp"

#include <string>

namespace cdckit::walcat {

// The bytes of --unavailable-value: `hex:` before them spells them.
std::string unavailable_bytes(const DebeziumSettings& settings);
// Of an array: the placeholder in whatever its elements can hold; empty when they cannot.
std::string unavailable_array(const Mapping& element, const DebeziumSettings& settings);
// Raw JSON. What the connector prints for it (RelationalChangeRecordEmitter and
// UnchangedToastedPlaceholder): often null where the type could say it.
std::string connector_unavailable(const MappedType& type,
                                  const Mapping& mapping,
                                  const DebeziumSettings& settings);

}  // namespace cdckit::walcat
