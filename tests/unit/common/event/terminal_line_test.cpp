#include "common/event/terminal_line.hpp"

#include <doctest/doctest.h>

namespace terminal = cdckit::event::terminal;

TEST_CASE("the words of all ops are of one width") {
  for (const char op : std::string_view("cudrtm")) CHECK(terminal::word_of(op).text.size() == 8);
  CHECK(terminal::word_of('c').text == "INSERT  ");
  CHECK(terminal::word_of('m').text == "MESSAGE ");
}

TEST_CASE("a long value is cut at the border of a character") {
  std::string out = "head " + std::string(79, 'x') + "éy";
  terminal::cut(out, 5);
  CHECK(out == "head " + std::string(79, 'x') + "…");
  std::string fits = std::string(80, 'x');
  terminal::cut(fits, 0);
  CHECK(fits == std::string(80, 'x'));
}

TEST_CASE("what terminals obey is shown as a question mark") {
  std::string out = "\x7f a\xc2\x9b[2J\xc3\xa9 \xc2\xa0";
  terminal::disarm(out, 1);
  CHECK(out == "\x7f a?[2J\xc3\xa9 \xc2\xa0");
  terminal::disarm(out, 0);
  CHECK(out.front() == '?');
}

TEST_CASE("text is painted where colours are wanted") {
  std::string out;
  terminal::paint(out, "a", terminal::kRed, true);
  terminal::paint(out, "b", terminal::kRed, false);
  CHECK(out == "\033[31ma\033[0mb");
}
