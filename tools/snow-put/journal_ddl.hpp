// Journal and mirror tables as SQL text, made from a source table's schema. Pure.
#pragma once

#include "common/event/schema.hpp"
#include "common/snow/table_description.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::snow_put {

// What a journal holds beside the source's columns.
inline constexpr std::string_view kPos = "_CDC_POS";
inline constexpr std::string_view kOp = "_CDC_OP";
inline constexpr std::string_view kCommitTs = "_CDC_COMMIT_TS";
inline constexpr std::string_view kUnchanged = "_CDC_UNCHANGED";
inline constexpr std::string_view kOldKey = "_CDC_OLD_KEY";
inline constexpr std::string_view kNewKey = "_CDC_NEW_KEY";

struct MetadataColumn {
  std::string_view name;
  std::string_view type;
};
inline constexpr std::array<MetadataColumn, 6> kMetadata = {{{kPos, "VARCHAR"},
                                                             {kOp, "VARCHAR"},
                                                             {kCommitTs, "TIMESTAMP_TZ(6)"},
                                                             {kUnchanged, "VARIANT"},
                                                             {kOldKey, "VARIANT"},
                                                             {kNewKey, "VARIANT"}}};
bool is_metadata_name(std::string_view name) noexcept;

// One column of a target table.
struct TargetColumn {
  std::string name;  // stored
  std::string type;
  int key_place = 0;  // from 1; 0: not in the key
};

// The source's columns under their Snowflake names. Throws config when two of them get one name or
// one is called like a metadata column.
std::vector<TargetColumn> target_columns(const event::TableSchema& schema);

// Key columns are marked by a comment, `key 1`, so that a mirror can be made from a journal alone.
std::string create_journal_sql(const snow::TableAddress& journal,
                               const std::vector<TargetColumn>& columns);
// The same columns, the key NOT NULL and declared, and _CDC_POS.
std::string create_mirror_sql(const snow::TableAddress& mirror,
                              const std::vector<TargetColumn>& columns);
std::string add_column_sql(const snow::TableAddress& table, const TargetColumn& column);
// The columns of a journal as they were given to create_journal_sql().
std::vector<TargetColumn> columns_of_journal(const snow::TableDescription& journal);

}  // namespace cdckit::snow_put
