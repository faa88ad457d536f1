// Which target table a source table's events go to. Two sources never share a table unnoticed.
#pragma once

#include <map>
#include <regex>
#include <string>
#include <utility>
#include <vector>

namespace cdckit::journal {

// schema and table; never joined, for both may hold any character
using SourceName = std::pair<std::string, std::string>;

struct ChosenTable {
  std::string name;                                            // stored, of the mirror
  std::vector<std::pair<std::string, std::string>> constants;  // stored column, value
};

// An entry of a table map as it is typed. Throws invalid_argument when it is no SRC=DST.
std::string table_map_entry(const std::string& text);

class TableNames {
 public:
  // `table_map` holds SRC=DST, SRC is SCHEMA.TABLE or TABLE, or a regular expression for
  // SCHEMA.TABLE whose groups DST may name (\1); `added` holds COLUMN=TEXT with the same groups,
  // and lets several sources share a table. `single` (may be empty) takes all. `with_journals`:
  // tables have others beside them, so that T and T_JOURNAL exclude each other. Throws usage for
  // what is no regular expression.
  TableNames(const std::string& single,
             const std::vector<std::string>& table_map,
             const std::vector<std::string>& added = {},
             bool with_journals = true);

  // Throws config when another source owns the table already, or one of the tables beside it.
  const ChosenTable& target(const SourceName& source);

 private:
  struct Pattern {
    std::regex expression;
    std::string target;
  };
  [[nodiscard]] ChosenTable choose(const SourceName& source) const;
  void check_beside(const SourceName& source, const std::string& name) const;

  std::string single_;
  bool with_journals_;
  std::map<std::string, std::string> mapped_;
  std::vector<Pattern> patterns_;
  std::vector<std::pair<std::string, std::string>> added_;
  std::map<SourceName, ChosenTable> chosen_;
  std::map<std::string, SourceName> owners_;  // by target
};

std::string journal_name(const std::string& target);
std::string live_name(const std::string& target);
std::string history_name(const std::string& target);
std::string graves_name(const std::string& target);
// The default pipe of a table.
std::string pipe_name(const std::string& table);
// Channel names are free text; what is neither letter, digit, dot, hyphen nor underscore becomes _.
std::string channel_name(const std::string& text);

}  // namespace cdckit::journal
