#include "tools/walcat/wire/text_forms.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

namespace {

template <class Cursor>
std::string walk(Cursor cursor, int limit = 50) {
  std::string out;
  std::string_view element;
  for (int i = 0; i < limit; ++i) {
    switch (cursor.next(element)) {
      case ElementKind::value:
        out += "<" + std::string(element) + ">";
        break;
      case ElementKind::null:
        out += "null ";
        break;
      case ElementKind::open:
        out += "[";
        break;
      case ElementKind::close:
        out += "]";
        break;
      case ElementKind::end:
        return out;
    }
  }
  return out;
}

}  // namespace

TEST_CASE("arrays as array_out prints them") {
  CHECK(walk(ArrayTextCursor("{}", ',')) == "[]");
  CHECK(walk(ArrayTextCursor("{1,NULL,3}", ',')) == "[<1>null <3>]");
  CHECK(walk(ArrayTextCursor("{{1,2},{3,4}}", ',')) == "[[<1><2>][<3><4>]]");
  CHECK(walk(ArrayTextCursor("[0:1]={5,6}", ',')) == "[<5><6>]");
  CHECK(walk(ArrayTextCursor(R"({"a,b","NULL","","q\"q","b\\s"})", ',')) ==
        R"([<a,b><NULL><><q"q><b\s>])");
  CHECK(walk(ArrayTextCursor("{(1,1),(0,0);(3,3),(2,2)}", ';')) == "[<(1,1),(0,0)><(3,3),(2,2)>]");
}

TEST_CASE("composites as record_out prints them") {
  CHECK(walk(CompositeTextCursor("(1,x)")) == "<1><x>");
  CHECK(walk(CompositeTextCursor("(,)")) == "null null ");
  CHECK(walk(CompositeTextCursor("()")) == "");
  CHECK(walk(CompositeTextCursor(R"((1,"",))")) == "<1><>null ");
  CHECK(walk(CompositeTextCursor(R"_((1,"a""b\\c,(d)"))_")) == R"(<1><a"b\c,(d)>)");
  CHECK(walk(CompositeTextCursor(R"(("""x"))")) == R"(<"x>)");
}

TEST_CASE("hstore as hstore_out prints it") {
  CHECK(walk(HstoreTextCursor("")) == "");
  CHECK(walk(HstoreTextCursor(R"("a"=>"1", "b"=>NULL)")) == "<a><1><b>null ");
  CHECK(walk(HstoreTextCursor(R"("c \"d\""=>"x=>y, \\")")) == R"(<c "d"><x=>y, \>)");
  CHECK(walk(HstoreTextCursor(R"(""=>"")")) == "<><>");
}

TEST_CASE("text that no server prints is refused") {
  CHECK_THROWS_AS(walk(ArrayTextCursor("{1", ',')), cdckit::base::Error);
  CHECK_THROWS_AS(walk(ArrayTextCursor("1", ',')), cdckit::base::Error);
  CHECK_THROWS_AS(walk(ArrayTextCursor("[0:1]", ',')), cdckit::base::Error);
  CHECK_THROWS_AS(walk(ArrayTextCursor("{\"a", ',')), cdckit::base::Error);
  CHECK_THROWS_AS(walk(ArrayTextCursor("{\"a\\", ',')), cdckit::base::Error);
  CHECK_THROWS_AS(CompositeTextCursor("1"), cdckit::base::Error);
  CHECK_THROWS_AS(walk(CompositeTextCursor("(\"a)")), cdckit::base::Error);
  CHECK_THROWS_AS(walk(HstoreTextCursor("a=>1")), cdckit::base::Error);
}
