#include "tools/snow-ddl/scripts/sql_token.hpp"

#include "common/base/error.hpp"

#include <vector>

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {
namespace {

std::vector<std::string> tokens_of(const std::string& text) {
  const std::string source = "s";
  SqlTokens tokens(text, source);
  std::vector<std::string> all;
  for (SqlToken token = tokens.next(); token.kind != TokenKind::end; token = tokens.next())
    all.emplace_back(token.text);
  return all;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("words, symbols and literals are told apart") {
  CHECK(tokens_of("a.b_1$=('x');") == Texts{"a", ".", "b_1$", "=", "(", "'x'", ")", ";"});
}

TEST_CASE("a literal ends where it really ends") {
  CHECK(tokens_of("'it''s'") == Texts{"'it''s'"});
  CHECK(tokens_of(R"('a\'b' c)") == Texts{R"('a\'b')", "c"});
  CHECK(tokens_of(R"('a\\' c)") == Texts{R"('a\\')", "c"});
  CHECK(tokens_of(R"("a\" c)") == Texts{R"("a\")", "c"});
  CHECK(tokens_of(R"("a""b" c)") == Texts{R"("a""b")", "c"});
  CHECK(tokens_of("$$ ' ; -- $$ c") == Texts{"$$ ' ; -- $$", "c"});
}

TEST_CASE("comments are skipped") {
  CHECK(tokens_of("a -- b ' ;\nc // d\n/* e ' ; */ f --") == Texts{"a", "c", "f"});
  CHECK(tokens_of("a - b / c") == Texts{"a", "-", "b", "/", "c"});
}

TEST_CASE("what never ends is refused with its line") {
  for (const char* text : {"a\n'b", "a\n\"b", "a\n$$b$", "a\n/* b"}) {
    CAPTURE(text);
    CHECK_THROWS_WITH_AS(
        (void)tokens_of(text), doctest::Contains("s:2: could not split script"), base::Error);
  }
}

}  // namespace cdckit::snow_ddl
