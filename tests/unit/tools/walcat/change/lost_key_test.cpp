#include "tools/walcat/change/lost_key.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

namespace {

Relation relation(char identity) {
  Relation out;
  out.schema = "public";
  out.table = "t";
  out.identity = identity;
  return out;
}

CatalogTable catalog(bool nullable) {
  CatalogTable out;
  out.columns.resize(2);
  out.columns[0].nullable = true;
  out.columns[1].nullable = nullable;
  return out;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a key that the stream itself tells is never lost") {
  CatalogTable lost = catalog(false);
  lost.key_lost = lost.index_dropped = true;
  CHECK(lost_key_warning(relation('d'), lost, true).empty());
  CHECK(lost_key_warning(relation('i'), lost, true).empty());
  CHECK(has(lost_key_warning(relation('f'), lost, true),
            "no longer knows the key that \"public.t\""));
}

TEST_CASE("traces of a key that was dropped") {
  CHECK(has(lost_key_warning(relation('f'), catalog(false), true), "--key"));
  CHECK(lost_key_warning(relation('f'), catalog(false), false).empty());  // as it is today
  CHECK(lost_key_warning(relation('f'), catalog(true), true).empty());
  CatalogTable dropped = catalog(true);
  dropped.index_dropped = true;
  CHECK(has(lost_key_warning(relation('f'), dropped, false), "--key"));
  CHECK(has(lost_key_warning(relation('n'), dropped, false), "--key"));
}
