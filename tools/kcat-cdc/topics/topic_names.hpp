// Names of topics, made from names of tables the way Debezium makes them. Pure.
#pragma once

#include <string>
#include <string_view>

namespace cdckit::kcat_cdc {

inline constexpr std::string_view kSchemaTopicPart = "__schema";

// Every character that Kafka does not allow becomes `_` (one for each UTF-16 unit, like Debezium).
std::string sanitize_topic(std::string_view name);
// 1 to 249 characters, none forbidden, neither `.` nor `..`.
bool is_topic_name(std::string_view name) noexcept;

// `{schema}` and `{table}` replaced, then sanitized. A logical message has no table: its topic is
// the pattern with `message` in the place of `{schema}.{table}`.
std::string topic_for_table(std::string_view pattern,
                            std::string_view schema,
                            std::string_view table);
std::string topic_for_messages(std::string_view pattern);
bool has_placeholder(std::string_view pattern) noexcept;
// Whether something else stands in braces: neither a place for names nor part of any.
bool has_other_braces(std::string_view pattern);

// Where the shapes of a topic's tables are kept: everything before the last two parts and
// `.__schema`; a name of fewer parts stays whole. `flights.public.t` -> `flights.__schema`.
std::string schema_topic_of(std::string_view topic);
bool is_schema_topic(std::string_view topic) noexcept;

}  // namespace cdckit::kcat_cdc
