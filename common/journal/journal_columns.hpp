// What a journal holds beside the source's columns. Names and types; pure.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace cdckit::journal {

inline constexpr std::string_view kPos = "_CDC_POS";
inline constexpr std::string_view kOp = "_CDC_OP";
inline constexpr std::string_view kCommitTs = "_CDC_COMMIT_TS";
inline constexpr std::string_view kUnchanged = "_CDC_UNCHANGED";
inline constexpr std::string_view kOldKey = "_CDC_OLD_KEY";
inline constexpr std::string_view kNewKey = "_CDC_NEW_KEY";
inline constexpr std::string_view kChannel = "_CDC_CHANNEL";
inline constexpr std::string_view kRecordMetadata = "RECORD_METADATA";  // of other layouts
inline constexpr std::string_view kDeleted = "_CDC_DELETED";  // of mirrors that delete softly

struct MetadataColumn {
  std::string_view name;
  std::string_view type;
};
inline constexpr std::array<MetadataColumn, 7> kMetadata = {{{kPos, "VARCHAR"},
                                                             {kOp, "VARCHAR"},
                                                             {kCommitTs, "TIMESTAMP_TZ(6)"},
                                                             {kUnchanged, "VARIANT"},
                                                             {kOldKey, "VARIANT"},
                                                             {kNewKey, "VARIANT"},
                                                             {kChannel, "VARCHAR"}}};

inline bool is_metadata_name(std::string_view name) noexcept {
  return name == kDeleted ||
         std::any_of(kMetadata.begin(), kMetadata.end(), [&](const MetadataColumn& column) {
           return column.name == name;
         });
}

}  // namespace cdckit::journal
