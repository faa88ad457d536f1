#include "tools/walcat/server/blockers.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

TEST_CASE("who keeps a slot waiting, in words") {
  CHECK(describe({}).empty());
  const Blocker session{.pid = "12",
                        .user = "app",
                        .application = "psql",
                        .state = "idle in transaction",
                        .age = std::chrono::seconds(95)};
  CHECK(describe({session}) == "process 12 (app, psql, idle in transaction for 95s)");
  CHECK(describe({{.pid = "12"}}) == "process 12");
  CHECK(describe({{.gid = "g", .user = "app"}}) == "prepared transaction \"g\" (app)");
  const std::vector<Blocker> many(7, Blocker{.pid = "1"});
  CHECK(describe(many) == "process 1, process 1, process 1, process 1, process 1 and 2 more");
}
