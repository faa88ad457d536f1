#include "tools/kcat-cdc/transactions/transaction_cut.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using cdckit::kcat_cdc::CutLimits;
using cdckit::kcat_cdc::TransactionCut;

namespace {

constexpr TransactionCut::Time kStart{};
constexpr CutLimits kLimits{1'000ms, 100, 30'000ms, 1'000};

}  // namespace

TEST_CASE("a border ends a transaction that is old or large enough") {
  TransactionCut cut(kLimits);
  cut.begin(kStart);
  CHECK_FALSE(cut.at_border(kStart + 999ms));
  CHECK(cut.at_border(kStart + 1s));
  cut.add(99);
  CHECK_FALSE(cut.at_border(kStart));
  cut.add(1);
  CHECK(cut.at_border(kStart));
  cut.begin(kStart + 5s);
  CHECK_FALSE(cut.at_border(kStart + 5s));
}

TEST_CASE("inside of a source's transaction only need ends it") {
  TransactionCut cut(kLimits);
  cut.begin(kStart);
  cut.add(999);
  CHECK_FALSE(cut.inside(kStart + 29'999ms));
  CHECK(cut.inside(kStart + 30s));
  cut.add(1);
  CHECK(cut.inside(kStart));
}

TEST_CASE("how long it may go on") {
  TransactionCut cut(kLimits);
  cut.begin(kStart);
  CHECK(cut.left(kStart + 400ms, true) == 600ms);
  CHECK(cut.left(kStart + 400ms, false) == 29'600ms);
  CHECK(cut.left(kStart + 2s, true) == 0ms);
}
