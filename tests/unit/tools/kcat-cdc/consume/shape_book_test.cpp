#include "tools/kcat-cdc/consume/shape_book.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using cdckit::base::Error;
using cdckit::base::ErrorKind;
using cdckit::kcat_cdc::ShapeBook;

namespace {

std::string line(const std::string& table, const std::string& columns) {
  return R"({"__cdc":"schema","v":1,"schema":"public","table":")" + table + R"(","columns":[)" +
         columns + "]}";
}

const std::string kA = line("t", "1");
const std::string kB = line("t", "1,2");
const std::string kOther = line("u", "1");

ShapeBook::Lines all() {
  return {{"a", kA}, {"b", kB}, {"u", kOther}};
}

}  // namespace

TEST_CASE("a table's line is repeated whenever the next record has another shape") {
  int fetched = 0;
  ShapeBook book(
      [&](const std::string& topic) {
        ++fetched;
        CHECK(topic == "p.__schema");
        return all();
      },
      [] { return true; });
  std::string out;
  const auto give = [&](const char* hash, const char* topic) {
    out.clear();
    ShapeBook::pass(*book.find(hash, topic), out);
    return out;
  };
  CHECK(give("a", "p.public.t") == kA + "\n");
  CHECK(give("a", "p.public.t").empty());
  CHECK(give("b", "p.public.t") == kB + "\n");
  CHECK(give("a", "p.public.t") == kA + "\n");  // another partition is behind
  CHECK(give("b", "p.public.t") == kB + "\n");
  CHECK(fetched == 1);
}

TEST_CASE("tables are apart, also in one topic") {
  ShapeBook book([](const std::string&) { return all(); }, [] { return true; });
  std::string out;
  ShapeBook::pass(*book.find("a", "p.all"), out);
  ShapeBook::pass(*book.find("u", "p.all"), out);
  ShapeBook::pass(*book.find("a", "p.all"), out);
  ShapeBook::pass(*book.find("u", "p.all"), out);
  CHECK(out == kA + "\n" + kOther + "\n");
}

TEST_CASE("a shape that the records carry themselves") {
  ShapeBook book([](const std::string&) { return all(); }, [] { return true; });
  std::string out;
  ShapeBook::pass(*book.define(kA), out);
  ShapeBook::pass(*book.define(kA), out);
  CHECK(book.define(kA) == book.define(kA));
  CHECK(out == kA + "\n");
  ShapeBook::pass(*book.find("b", "p.public.t"), out);  // of the same table
  ShapeBook::pass(*book.define(kA), out);
  CHECK(out == kA + "\n" + kB + "\n" + kA + "\n");
}

TEST_CASE("a shape that comes late is waited for") {
  int fetched = 0;
  ShapeBook book([&](const std::string&) { return ++fetched < 3 ? ShapeBook::Lines{} : all(); },
                 [] { return true; });
  CHECK(book.find("a", "p.public.t")->line == kA);
  CHECK(fetched == 3);
}

TEST_CASE("a shape that nobody has ends the run once the waiting does") {
  int waits = 0;
  ShapeBook book([](const std::string&) { return ShapeBook::Lines{}; },
                 [&] { return ++waits < 4; });
  try {
    (void)book.find("a", "p.public.t");
    FAIL_CHECK("found");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::unavailable);
    CHECK(std::string(error.what()).find("\"a\" in topic \"p.__schema\"") != std::string::npos);
  }
  CHECK(waits == 4);
}
