// Which target table a source table's events go to. Two sources never share a table unnoticed.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace cdckit::snow_put {

class TableNames {
 public:
  // `table_map` holds SRC=DST, SRC is SCHEMA.TABLE or TABLE; `single` (may be empty) takes all.
  TableNames(const std::string& single, const std::vector<std::string>& table_map);

  // The stored name of the mirror table. Throws config when another source owns it already.
  const std::string& target(const std::string& schema, const std::string& table);

 private:
  [[nodiscard]] std::string choose(const std::string& schema, const std::string& table) const;

  std::string single_;
  std::map<std::string, std::string> mapped_;
  std::map<std::string, std::string> chosen_;  // source -> target
  std::map<std::string, std::string> owners_;  // target -> source
};

std::string journal_name(const std::string& target);
// The default pipe of a table.
std::string pipe_name(const std::string& table);
// Channel names are free text; what is neither letter, digit, dot, hyphen nor underscore becomes _.
std::string channel_name(const std::string& text);

}  // namespace cdckit::snow_put
