// The context that USE sets: the SQL API gives every request a session of its own, so it is kept
// here and sent along.
#pragma once

#include "common/snow/sql_api.hpp"
#include "tools/snow-ddl/scripts/split.hpp"

#include <string>
#include <vector>

namespace cdckit::snow_ddl {

class Session {
 public:
  explicit Session(std::string query_tag);
  // True for a USE with a plain name: it is noted, and needs not be sent.
  bool note(const std::string& text);
  // Notes what is to be noted of these, up to `end`.
  void follow(const std::vector<SqlStatement>& statements, std::size_t begin, std::size_t end);
  [[nodiscard]] static bool is_noted(const std::string& text);
  // A request with that context.
  [[nodiscard]] snow::Statement request(std::string text, unsigned count) const;
  // Names as they are stored, in the place of what the connection says.
  void use_database(std::string name) { context_.database = std::move(name); }

 private:
  snow::Statement context_;  // without text
};

}  // namespace cdckit::snow_ddl
