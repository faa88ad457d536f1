#include "tools/kcat-cdc/topics/missing_topic.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using kcat_cdc::require_topics;

namespace {

const std::vector<std::string> kPresent = {"flights.public.t", "flights.public.u", "other"};

std::string refusal(const std::vector<std::string>& wanted, bool patterns) {
  try {
    require_topics(wanted, kPresent, patterns);
    return {};
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::unavailable);
    return std::string(error.what()) + "|" + std::string(error.hint());
  }
}

}  // namespace

TEST_CASE("a name must be there") {
  CHECK(refusal({"other", "flights.public.t"}, false) == "");
  CHECK(refusal({"other", "flights.public.v"}, false) ==
        "could not find topic \"flights.public.v\"|Did you mean flights.public.t?");
  CHECK(refusal({""}, false) == "could not find topic \"\"|");
}

TEST_CASE("a pattern must fit something where it is to find something") {
  CHECK(refusal({"^flights\\."}, true) == "");
  CHECK(refusal({"^nothing"}, false) == "");
  CHECK(refusal({"^nothing"}, true) == "could not find a topic that \"^nothing\" fits|");
}
