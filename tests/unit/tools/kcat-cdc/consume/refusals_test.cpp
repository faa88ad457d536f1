#include "tools/kcat-cdc/consume/refusals.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using kcat_cdc::ConsumeOptions;
using kcat_cdc::Refusals;

namespace {

kafka::Record bad() {
  kafka::Record out;
  out.topic = "t";
  out.partition = 2;
  out.offset = 7;
  return out;
}

}  // namespace

TEST_CASE("the first one ends the run and says where it is") {
  const ConsumeOptions options;
  Refusals refusals(options, {}, std::chrono::seconds(1));
  try {
    refusals.add(bad(), "no JSON");
    FAIL_CHECK("taken");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::data);
    CHECK(std::string(error.what()) ==
          "topic \"t\" partition 2 offset 7: could not read record: no JSON");
  }
  CHECK(refusals.count() == 0);
}

TEST_CASE("left out and counted") {
  ConsumeOptions options;
  options.on_error = "skip";
  Refusals refusals(options, {}, std::chrono::seconds(1));
  refusals.add(bad(), "no JSON");
  refusals.add(bad(), "no JSON");
  refusals.settle();
  CHECK(refusals.count() == 2);
}
