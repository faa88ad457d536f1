// A stream and a task that fold a journal inside of the account: each run takes what the stream
// has, in one transaction. Pure text.
//
// Rows of a key come through one channel in their order, so every slice of the stream is one more
// step of that key; rows that a slower channel brings after a truncate are held against the
// journal.
#pragma once

#include "tools/snow-ddl/generate/layout.hpp"

#include <string>
#include <vector>

namespace cdckit::snow_ddl {

std::string stream_name(const std::string& table);
std::string task_name(const std::string& table);

// The stream where there is none yet, and the task as it is to be from now on; it runs.
std::vector<std::string> fold_task_statements(const TableLayout& layout);
std::string suspend_task_sql(const std::string& table);
std::vector<std::string> drop_task_statements(const std::string& table);

}  // namespace cdckit::snow_ddl
