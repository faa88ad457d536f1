// What this tool has of the room where journals and mirrors are laid out and folded, under its own
// roof: snow-ddl writes the same statements into scripts.
#pragma once

#include "common/journal/history_sql.hpp"
#include "common/journal/journal_columns.hpp"
#include "common/journal/journal_ddl.hpp"
#include "common/journal/journal_source.hpp"
#include "common/journal/merge_sql.hpp"
#include "common/journal/state_table.hpp"
#include "common/journal/table_names.hpp"

namespace cdckit::snow_put {

using journal::kChannel;
using journal::kCommitTs;
using journal::kDeleted;
using journal::kMetadata;
using journal::kNewKey;
using journal::kOldKey;
using journal::kOp;
using journal::kPos;
using journal::kRecordMetadata;
using journal::kStateTable;
using journal::kUnchanged;

using journal::ChannelSlice;
using journal::ChosenTable;
using journal::ColumnChoices;
using journal::JournalSource;
using journal::MergePlan;
using journal::MetadataColumn;
using journal::MirrorShape;
using journal::SourceName;
using journal::TableNames;
using journal::TargetColumn;

using journal::channel_name;
using journal::graves_name;
using journal::history_name;
using journal::is_metadata_name;
using journal::journal_name;
using journal::list_of;
using journal::live_name;
using journal::may_be_unchanged;
using journal::numbered;
using journal::pipe_name;
using journal::table_map_entry;

using journal::add_column_clause;
using journal::bury_sql;
using journal::columns_of_journal;
using journal::create_columns_sql;
using journal::create_graves_sql;
using journal::create_history_sql;
using journal::create_journal_sql;
using journal::create_live_sql;
using journal::create_mirror_sql;
using journal::create_state_sql;
using journal::create_variant_sql;
using journal::history_sql;
using journal::journal_picture_sql;
using journal::key_in_order;
using journal::merge_sql;
using journal::picture_sql;
using journal::target_columns;
using journal::truncate_sql;
using journal::widen_column_clause;
using journal::within;

}  // namespace cdckit::snow_put
