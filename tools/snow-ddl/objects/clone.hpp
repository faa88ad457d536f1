// A copy of a database that costs nothing, for trying scripts out: made at the start, dropped in
// any case; what a killed run left is dropped by the next one.
#pragma once

#include "tools/snow-ddl/history/execute.hpp"

#include <string>

namespace cdckit::snow_ddl {

class Clone {
 public:
  // `database` as it is stored. Drops leftovers of it, too.
  Clone(Execute execute, std::string database);
  Clone(const Clone&) = delete;
  Clone& operator=(const Clone&) = delete;
  ~Clone();

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  void drop_leftovers();
  void drop(const std::string& name);

  Execute execute_;
  std::string database_;
  std::string name_;
};

// D_PREVIEW_<host>_<pid>_<seconds>: whether whoever made it is gone, as far as it can be told from
// here: a process of this host that is no more, or one of another host an hour ago.
bool is_leftover(const std::string& name, const std::string& database, std::int64_t now);

}  // namespace cdckit::snow_ddl
