#include "tools/kcat-cdc/schema_gate.hpp"

#include <doctest/doctest.h>

using cdckit::kcat_cdc::SchemaGate;

TEST_CASE("each shape once, from the topic beside the data, read only when needed") {
  int fetched = 0;
  SchemaGate gate(
      [&](const std::string& topic) {
        ++fetched;
        CHECK(topic == "p.__schema");
        return SchemaGate::Lines{{"h1", "{1}"}, {"h2", "{2}"}};
      },
      [] { return true; });
  std::string out;
  gate.pass("", "p.public.t", out);
  CHECK(fetched == 0);
  gate.pass("h1", "p.public.t", out);
  gate.pass("h1", "p.public.t", out);
  gate.pass("h2", "p.public.u", out);
  CHECK(out == "{1}\n{2}\n");
  CHECK(fetched == 1);
}

TEST_CASE("a shape that comes late is waited for") {
  int fetched = 0;
  SchemaGate gate(
      [&](const std::string&) {
        return ++fetched < 3 ? SchemaGate::Lines{} : SchemaGate::Lines{{"h", "{}"}};
      },
      [] { return true; });
  std::string out;
  gate.pass("h", "p.public.t", out);
  CHECK(out == "{}\n");
  CHECK(fetched == 3);
}

TEST_CASE("a shape that nobody has is given up, once") {
  int fetched = 0;
  SchemaGate gate(
      [&](const std::string&) {
        ++fetched;
        return SchemaGate::Lines{};
      },
      [] { return true; });
  std::string out;
  gate.pass("h", "p.public.t", out);
  const int first = fetched;
  CHECK(first > 1);
  gate.pass("h", "p.public.t", out);
  CHECK(fetched == first);
  CHECK(out.empty());
}

TEST_CASE("a stop ends the waiting") {
  int fetched = 0;
  SchemaGate gate(
      [&](const std::string&) {
        ++fetched;
        return SchemaGate::Lines{};
      },
      [] { return false; });
  std::string out;
  gate.pass("h", "p.public.t", out);
  CHECK(fetched == 1);
}
