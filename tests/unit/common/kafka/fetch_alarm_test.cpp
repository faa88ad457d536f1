#include "common/kafka/fetch_alarm.hpp"

#include <doctest/doctest.h>

using cdckit::kafka::FetchAlarm;

namespace {

void take(FetchAlarm& alarm, int records, std::size_t bytes) {
  for (int i = 0; i < records; ++i) alarm.taken(bytes);
}

}  // namespace

TEST_CASE("a queue that was full of records rings once, when half of it is gone") {
  FetchAlarm alarm(1000, 1U << 30U);
  CHECK_FALSE(alarm.is_due(1000));
  take(alarm, 400, 1);
  CHECK_FALSE(alarm.is_due(600));  // not half yet
  take(alarm, 100, 1);
  CHECK(alarm.is_due(500));
  CHECK_FALSE(alarm.is_due(499));  // somebody was woken
}

TEST_CASE("a queue that was full of bytes rings too") {
  FetchAlarm alarm(1'000'000, 1000);
  CHECK_FALSE(alarm.is_due(4));
  take(alarm, 2, 300);
  CHECK(alarm.is_due(2));
}

TEST_CASE("it rings again when the queue runs empty all the same") {
  FetchAlarm alarm(1000, 1U << 30U);
  CHECK_FALSE(alarm.is_due(1000));
  take(alarm, 500, 1);
  CHECK(alarm.is_due(500));
  take(alarm, 400, 1);
  CHECK(alarm.is_due(100));
  take(alarm, 100, 1);
  CHECK_FALSE(alarm.is_due(0));
}

TEST_CASE("a queue that ran empty with little taken was never full") {
  FetchAlarm alarm(1000, 1U << 20U);
  for (int i = 0; i < 100; ++i) {
    CHECK_FALSE(alarm.is_due(10));
    take(alarm, 10, 100);
    CHECK_FALSE(alarm.is_due(0));
  }
}

TEST_CASE("a queue that is filled as fast as it is emptied stays quiet") {
  FetchAlarm alarm(1000, 1U << 20U);
  for (int i = 0; i < 100; ++i) {
    take(alarm, 100, 100);
    CHECK_FALSE(alarm.is_due(900));
  }
}

TEST_CASE("an empty queue rings when so much was taken that it may have been full") {
  FetchAlarm alarm(1000, 1000);
  take(alarm, 1, 600);  // it was never looked at while it held something
  CHECK(alarm.is_due(0));
  CHECK_FALSE(alarm.is_due(0));
}
