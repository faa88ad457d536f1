// Scripts of snow-ddl: cut into statements, rendered, judged. Statements are slices of the text, in
// their order, and each is one statement when it stands alone. A seed that begins with
// `-- statements: VERB ..` and is whole to its last words must be cut into just these.
#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "tests/fuzz/target.hpp"
#include "tools/snow-ddl/plan/destructive.hpp"
#include "tools/snow-ddl/scripts/render.hpp"
#include "tools/snow-ddl/scripts/split.hpp"
#include "tools/snow-ddl/scripts/statement.hpp"

#include <cstdio>
#include <cstdlib>

using namespace cdckit;
using namespace cdckit::snow_ddl;

namespace {

[[noreturn]] void fail(const char* why, std::string_view text) {
  std::fprintf(stderr, "%s: %.*s\n", why, static_cast<int>(text.size()), text.data());
  std::abort();
}

void check_slices(std::string_view script, const std::vector<SqlStatement>& statements) {
  std::size_t at = 0;
  std::size_t line = 1;
  for (const SqlStatement& statement : statements) {
    if (statement.text.empty()) fail("an empty statement", script);
    at = script.find(statement.text, at);
    if (at == std::string_view::npos) fail("a statement that the script does not have", script);
    at += statement.text.size();
    if (statement.line < line) fail("lines go back", script);
    line = statement.line;
    const auto again = split_statements(statement.text, "again");
    if (again.size() != 1 || again[0].text != statement.text)
      fail("a statement that is several, alone", statement.text);
    (void)find_destructions(statement.text);
  }
}

// What a seed says of itself; mutated ones say anything.
void check_verbs(std::string_view script, const std::vector<SqlStatement>& statements) {
#ifndef CDCKIT_FUZZ
  constexpr std::string_view kWords = "-- statements: ";
  if (!script.starts_with(kWords) || !script.ends_with("/* end; of script */")) return;
  std::string found;
  for (const SqlStatement& statement : statements)
    found += (found.empty() ? "" : " ") + base::to_lower(facts_of(statement.text).verb);
  const std::string_view wanted = script.substr(kWords.size(), script.find('\n') - kWords.size());
  if (found != wanted) fail(found.c_str(), wanted);
#else
  (void)script;
  (void)statements;
#endif
}

}  // namespace

void fuzz_one(std::string_view bytes) {
  const std::string script(bytes);
  try {
    const auto statements = split_statements(script, "script");
    check_slices(script, statements);
    check_verbs(script, statements);
  } catch (const base::Error&) {  // a string that never ends
  }
  for (const Template with : {Template::dollar, Template::jinja}) {
    try {
      (void)render(script, {{"a", {"x", true}}}, with, "script");
    } catch (const base::Error&) {  // a variable that is not there
    }
  }
}
