// Defaults: how Connect's JSON has them (bytes in base64) and how Avro's does (bytes as the code
// points of a string). Used by the translations of schemas alone.
#pragma once

#include <optional>

#include <nlohmann/json_fwd.hpp>

namespace cdckit::avro {

// `schema` is Connect's. Nothing: Avro cannot say the value, or it is none of the type.
std::optional<nlohmann::ordered_json> to_avro_default(const nlohmann::ordered_json& schema,
                                                      const nlohmann::ordered_json& value);
// The way back, by the same schema.
std::optional<nlohmann::ordered_json> from_avro_default(const nlohmann::ordered_json& schema,
                                                        const nlohmann::ordered_json& value);

}  // namespace cdckit::avro
