#include "tools/snow-ddl/generate/table_script.hpp"

#include "tests/unit/tools/snow-ddl/generate/support.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

namespace {

const Columns kPlain{{"id", "bigint"}, {"note", "text"}};
const Columns kMore{{"id", "bigint"}, {"note", "text"}, {"more", "date"}};

LayoutChoice chosen(Folding folding, bool history = false, bool live = false) {
  LayoutChoice choice;
  choice.folding = folding;
  choice.history = history;
  choice.live = live;
  return choice;
}

std::string script(const TableLayout* before, const TableLayout& now) {
  return joined(table_statements(before, now));
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a new table that snow-put folds") {
  const std::string text = script(nullptr, laid_out(kPlain, chosen(Folding::none, true, true)));
  for (const char* part : {"CREATE TABLE IF NOT EXISTS \"\x01\".\"\x02\".\"ORDERS_JOURNAL\"",
                           "SET ERROR_LOGGING = TRUE",
                           "\"ORDERS\" (",
                           "PRIMARY KEY (\"ID\")",
                           "\"ORDERS_HISTORY\" (",
                           "\"ORDERS_DELETED\" (",
                           "VIEW \"\x01\".\"\x02\".\"ORDERS_LIVE\"",
                           "GRANT SELECT, INSERT, DELETE ON TABLE"})
    CHECK_MESSAGE(has(text, part), part);
  CHECK_FALSE(has(text, "STREAM"));
}

TEST_CASE("with a task the loader writes the journal and nothing else") {
  const std::string text = script(nullptr, laid_out(kPlain, chosen(Folding::task, true)));
  CHECK(has(text, "CREATE STREAM"));
  CHECK(has(text, "CREATE OR REPLACE TASK"));
  CHECK(has(text, "GRANT SELECT, INSERT ON TABLE"));
  CHECK_FALSE(has(text, "UPDATE ON TABLE"));
  CHECK_FALSE(has(text, "ORDERS_DELETED"));
}

TEST_CASE("a dynamic table is the mirror") {
  const std::string text = script(nullptr, laid_out(kPlain, chosen(Folding::dynamic, false, true)));
  CHECK(has(text, "CREATE OR REPLACE DYNAMIC TABLE \"\x01\".\"\x02\".\"ORDERS\""));
  CHECK(has(text, "TARGET_LAG = '60 seconds'"));
  CHECK(has(text, "VIEW \"\x01\".\"\x02\".\"ORDERS_LIVE\""));
  CHECK_FALSE(has(text, "PRIMARY KEY"));
}

TEST_CASE("without a key there is a journal alone") {
  for (const Folding folding : {Folding::none, Folding::task, Folding::dynamic}) {
    const std::string text = script(nullptr, laid_out(kPlain, chosen(folding, false, true), {}));
    CHECK(has(text, "ORDERS_JOURNAL"));
    CHECK_FALSE(has(text, "\"ORDERS\""));
    CHECK_FALSE(has(text, "VIEW"));
  }
}

TEST_CASE("only what changes is written") {
  for (const Folding folding : {Folding::none, Folding::task, Folding::dynamic}) {
    const TableLayout before = laid_out(kPlain, chosen(folding, folding == Folding::task, true));
    CHECK(script(&before, before).empty());
    const TableLayout now = followed(before, laid_out(kMore), {});
    const std::string text = script(&before, now);
    CHECK(has(text, "ORDERS_JOURNAL\" ADD COLUMN IF NOT EXISTS \"MORE\" DATE"));
    CHECK(has(text, "CREATE OR REPLACE VIEW"));
    CHECK_FALSE(has(text, "CREATE TABLE"));
    CHECK_FALSE(has(text, "GRANT"));
    CHECK(has(text, "ORDERS\" ADD COLUMN") == (folding != Folding::dynamic));
    CHECK(has(text, "ORDERS_HISTORY\" ADD COLUMN") == (folding == Folding::task));
    if (folding == Folding::task) CHECK(text.find("SUSPEND") < text.find("ADD COLUMN"));
  }
}

TEST_CASE("who folds may change, and what stands beside may come later") {
  const TableLayout none = laid_out(kPlain);
  const LayoutChoice to_task = chosen(Folding::task);
  const TableLayout task = followed(none, laid_out(kPlain, to_task), to_task);
  const std::string forth = script(&none, task);
  CHECK(has(forth, "CREATE STREAM"));
  CHECK_FALSE(has(forth, "SUSPEND"));
  const std::string back = script(&task, none);
  CHECK(has(back, "DROP TASK IF EXISTS"));
  CHECK(has(back, "ORDERS_DELETED"));
  CHECK(has(back, "GRANT DELETE ON TABLE"));
  const LayoutChoice more = chosen(Folding::none, true, true);
  const std::string beside = script(&none, followed(none, laid_out(kPlain, more), more));
  CHECK(has(beside, "CREATE TABLE IF NOT EXISTS \"\x01\".\"\x02\".\"ORDERS_HISTORY\""));
  CHECK(has(beside, "CREATE OR REPLACE VIEW"));
  CHECK_FALSE(has(beside, "ALTER TABLE"));
}

TEST_CASE("a script says what it is, and ends every statement") {
  const std::string text = script_text("Tables of a.b", setup_comment(), setup_statements());
  CHECK(text.starts_with("-- Tables of a.b\n-- snow-ddl generate: {\"setup\":1}\n\nCREATE ROLE"));
  CHECK(script_text("a\nb${c}", "--", {}) == "-- a_b_{c}\n--\n");
  CHECK(has(text, "TO ROLE ${role};\n"));
  CHECK(has(text, "${database}.${schema}.\"_CDC_STATE\""));
}

}  // namespace cdckit::snow_ddl
