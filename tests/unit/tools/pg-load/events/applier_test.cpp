#include "tools/pg-load/events/applier.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/pg-load/context_of.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

namespace {

base::ErrorKind kind_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const base::Error& error) {
    return error.kind();
  }
  FAIL("nothing was thrown");
  return {};
}

}  // namespace

// What it does with a server is in tests/integration/pg-load.
TEST_CASE("states that do not follow each other are our own bug") {
  Session session(tests::nowhere());
  Applier applier(session);
  CHECK(applier.state() == ApplierState::idle);
  CHECK_FALSE(applier.in_transaction());
  const auto nothing = [](Session&) {};
  CHECK(kind_of([&] { applier.apply(nothing); }) == base::ErrorKind::bug);
  CHECK(kind_of([&] { applier.commit_beside(nothing); }) == base::ErrorKind::bug);
  CHECK(kind_of([&] { applier.finish_applying(); }) == base::ErrorKind::bug);
  CHECK(kind_of([&] { applier.finish_commit(); }) == base::ErrorKind::bug);
  CHECK(kind_of([&] { applier.commit(); }) == base::ErrorKind::bug);
  CHECK(kind_of([&] { applier.begin_bisecting(); }) == base::ErrorKind::bug);
  CHECK(applier.state() == ApplierState::idle);
}

TEST_CASE("what failed begins again, and not before it is told to") {
  Session session(tests::nowhere());
  Applier applier(session);
  CHECK(kind_of([&] { applier.begin(); }) == base::ErrorKind::temporary);
  CHECK(applier.state() == ApplierState::idle);
  applier.fail();
  CHECK(applier.has_failed());
  CHECK(kind_of([&] { applier.begin(); }) == base::ErrorKind::bug);
  applier.start_again();
  CHECK_FALSE(applier.has_failed());
  applier.give_up();
  CHECK(applier.has_failed());
  CHECK_NOTHROW(applier.session());
}
