// Which rules a line has to keep, and which it breaks. Owns a program for each side of each table
// that was seen. Reuses its memory; one thread.
#pragma once

#include "common/event/event.hpp"
#include "common/event/schema.hpp"
#include "common/event/source.hpp"
#include "common/event/unavailable.hpp"
#include "tools/cdc-check/program/program.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::cdc_check {

// The first of the most severe ones; null: only warnings, or nothing.
const Broken* worst_of(const std::vector<Broken>& broken) noexcept;

class Checker {
 public:
  // `unavailable`: what stands for a value that did not change.
  Checker(std::vector<Code> codes, const std::string& unavailable);
  Checker(const Checker&) = delete;
  Checker& operator=(const Checker&) = delete;

  // What the line breaks; valid until the next one.
  const std::vector<Broken>& check_event(const event::Event& event);
  const std::vector<Broken>& check_row(const event::Event& row);
  // What became of the line that was checked last.
  void settle(bool went_on);
  // The programs that it went through, for who counts their rules.
  [[nodiscard]] const std::vector<Program*>& used() const noexcept { return used_; }

  // How the table is written from now on. Warns once of rules for columns that it does not have.
  void on_schema(const event::TableSchema& schema);

  [[nodiscard]] const std::vector<Code>& codes() const noexcept { return codes_; }
  // Lines that a rule looked at, by its number.
  [[nodiscard]] std::vector<std::uint64_t> rows_by_rule() const;

 private:
  struct Table {
    Table(std::vector<Code>& codes,
          std::string schema_name,
          std::string table_name,
          const event::Unavailable& unavailable);
    std::string schema;
    std::string name;
    Program row;
    Program before;
    Program key;
  };
  Table& table_of(std::string_view schema, std::string_view table);
  Table& table_of(const event::Event& event);
  Table& table_of_row(const ndjson::Object& row);
  std::string_view time_of(const event::Event& event);
  std::string_view own_members(const ndjson::Object& row);
  void run(Program& program, const Subject& subject);
  void warn_of_columns(const Code& code, const event::TableSchema& schema);

  std::vector<Code> codes_;
  event::Unavailable unavailable_;
  std::map<std::string, std::unique_ptr<Table>, std::less<>> tables_;
  Table* newest_ = nullptr;
  event::SourceReader reader_;
  std::string own_;
  std::vector<Broken> broken_;
  std::vector<Program*> used_;
  std::set<std::size_t> warned_;
  bool by_topic_ = false;  // some rule is for some tables only
};

}  // namespace cdckit::cdc_check
