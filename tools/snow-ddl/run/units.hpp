// A script cut into what is sent as one request. Most statements go alone; what lives by the
// session (a transaction, temporary tables, a variable that was computed) stays together; what only
// sets something up (SET, ALTER SESSION, USE SECONDARY ROLES) is said again in front of each later
// request. DDL ends a transaction, as at the server. Rows that change behind what was computed or
// kept for the session change together, for it could not be made the same way again. Pure.
#pragma once

#include "tools/snow-ddl/scripts/split.hpp"
#include "tools/snow-ddl/scripts/statement.hpp"

#include <cstddef>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace cdckit::snow_ddl {

inline constexpr std::size_t kNoStatement = std::numeric_limits<std::size_t>::max();

struct Unit {
  std::size_t first = 0;
  std::size_t last = 0;      // included
  bool transaction = false;  // all of it or nothing
  bool noted = false;  // nothing is asked: a plain USE, kept by the tool, or a COMMIT of nothing
};

// What one request consists of.
struct RequestPart {
  std::string text;
  std::size_t statement = kNoStatement;  // of the script, from 0; none: said again, or our own
  bool ours = false;
  std::size_t group = kNoStatement;  // the first statement of what commits as one with it
};

struct RequestPlan {
  std::vector<RequestPart> parts;
  bool recorded = false;  // it says itself what of it is done
  bool together = false;  // and that commits with it
};

class Units {
 public:
  explicit Units(const std::vector<SqlStatement>& statements);

  [[nodiscard]] const std::vector<Unit>& all() const noexcept { return units_; }
  [[nodiscard]] const StatementFacts& facts(std::size_t statement) const {
    return facts_[statement];
  }

  // It asks for LAST_QUERY_ID(): nothing may come between it and the one before.
  [[nodiscard]] bool leans(std::size_t statement) const { return leans_[statement]; }

  // SQL that notes statements as done, from the first to the last number; empty: nothing does.
  using Record = std::function<std::vector<std::string>(std::size_t first, std::size_t last)>;
  // The USE ROLE that is in force behind that statement; empty: there is none.
  [[nodiscard]] std::string role_statement(std::size_t last) const;
  // The rest of the unit, beginning with that statement. `together`: rows that change and the mark
  // that they did commit as one, else one behind the other.
  [[nodiscard]] RequestPlan request(const Unit& unit,
                                    std::size_t start,
                                    const Record& record,
                                    bool together = true) const;

 private:
  using Texts = std::vector<std::string>;

  void cut();
  [[nodiscard]] std::size_t end_of_transaction(std::size_t first) const;
  [[nodiscard]] std::size_t last_mention(std::size_t first) const;
  [[nodiscard]] std::size_t end_of_rows(std::size_t first, std::size_t last) const;
  [[nodiscard]] std::size_t end_of_chain(std::size_t first, std::size_t last) const;
  // Said again in front of what begins there.
  [[nodiscard]] bool sets_up(std::size_t statement) const;
  static void add_ours(RequestPlan& plan, const Texts& texts);
  void add_transaction(RequestPlan& plan, const Unit& unit, const Texts& done, bool together) const;
  void add_chain(RequestPlan& plan, const Unit& chain, const Texts& done, bool together) const;
  void add_rows(RequestPlan& plan, const Unit& rows, const Record& record, bool together) const;
  void add_all(RequestPlan& plan, const Unit& rest, const Record& record, bool together) const;

  const std::vector<SqlStatement>& statements_;
  std::vector<StatementFacts> facts_;
  std::vector<bool> leans_;
  std::vector<std::string> temporary_;  // names of temporary objects of the script
  std::size_t odd_use_ = kNoStatement;  // the first USE of a name that is computed
  std::vector<Unit> units_;
};

}  // namespace cdckit::snow_ddl
