#include "common/debezium/time.hpp"

#include <cstdint>
#include <limits>

#include <doctest/doctest.h>

using namespace cdckit::debezium;

namespace {

template <class... Values>
std::string text(bool (*append)(std::string&, Values...), Values... values) {
  std::string out;
  return append(out, values...) ? out : "refused";
}

std::string iso(std::string_view from, bool zoned = false) {
  return text(&append_iso, from, zoned);
}

std::string duration(std::int64_t micros) {
  std::string out;
  append_duration(out, micros, 1'000'000);
  return out;
}

}  // namespace

TEST_CASE("dates, before Christ and infinite ones too") {
  CHECK(text(&append_date, std::int64_t{19782}) == "2024-02-29");
  CHECK(text(&append_date, std::int64_t{0}) == "1970-01-01");
  CHECK(text(&append_date, std::int64_t{-1}) == "1969-12-31");
  CHECK(text(&append_date, std::int64_t{-56270}) == "1815-12-10");
  CHECK(text(&append_date, std::int64_t{-719162}) == "0001-01-01");
  CHECK(text(&append_date, std::int64_t{-719163}) == "0001-12-31 BC");
  CHECK(text(&append_date, std::int64_t{-735160}) == "0044-03-15 BC");
  CHECK(text(&append_date, std::int64_t{3672222}) == "12024-03-15");
  CHECK(text(&append_date, std::int64_t{-2440588}) == "4714-11-24 BC");
  CHECK(text(&append_date, std::int64_t{2146033979}) == "infinity");
  CHECK(text(&append_date, std::int64_t{-622191234}) == "infinity");
  CHECK(text(&append_date, std::int64_t{2147483647}) == "infinity");
  CHECK(text(&append_date, std::int64_t{-2147483648}) == "-infinity");
  CHECK(text(&append_date, std::int64_t{-2147472691}) == "-infinity");
  CHECK(text(&append_date, std::int64_t{-625821272}) == "-infinity");
  CHECK(text(&append_date, std::int64_t{-2440589}) == "refused");
}

TEST_CASE("times by any unit") {
  CHECK(text(&append_time, std::int64_t{47655123456}, std::int64_t{1'000'000}) ==
        "13:14:15.123456");
  CHECK(text(&append_time, std::int64_t{47656000}, std::int64_t{1'000}) == "13:14:16");
  CHECK(text(&append_time, std::int64_t{47655123456000}, std::int64_t{1'000'000'000}) ==
        "13:14:15.123456");
  CHECK(text(&append_time, std::int64_t{86'400'000}, std::int64_t{1'000}) == "24:00:00");
  CHECK(text(&append_time, std::int64_t{86'400'001}, std::int64_t{1'000}) == "refused");
  CHECK(text(&append_time, std::int64_t{-1}, std::int64_t{1'000}) == "refused");
}

TEST_CASE("timestamps by any unit, rounded down, and infinite ones") {
  constexpr std::int64_t kMicro = 1'000'000;
  CHECK(text(&append_timestamp, std::int64_t{1709212455123456}, kMicro) ==
        "2024-02-29 13:14:15.123456");
  CHECK(text(&append_timestamp, std::int64_t{1709212455500}, std::int64_t{1'000}) ==
        "2024-02-29 13:14:15.500000");
  CHECK(text(&append_timestamp, std::int64_t{1709212455123456000}, kMicro * 1000) ==
        "2024-02-29 13:14:15.123456");
  CHECK(text(&append_timestamp, std::int64_t{-1}, kMicro) == "1969-12-31 23:59:59.999999");
  CHECK(text(&append_timestamp, std::int64_t{-63517780800000000}, kMicro) ==
        "0044-03-15 12:00:00 BC");
  CHECK(text(&append_timestamp, std::int64_t{317280024000000000}, kMicro) ==
        "12024-03-15 12:00:00");
  CHECK(text(&append_timestamp, std::numeric_limits<std::int64_t>::max(), kMicro) == "infinity");
  CHECK(text(&append_timestamp, std::numeric_limits<std::int64_t>::min(), kMicro) == "-infinity");
  CHECK(text(&append_timestamp, std::int64_t{9223372036825200000}, kMicro) == "infinity");
  CHECK(text(&append_timestamp, std::int64_t{-9223372036832400}, std::int64_t{1'000}) ==
        "-infinity");
}

TEST_CASE("Java's texts of moments") {
  CHECK(iso("2024-02-29Z") == "2024-02-29");
  CHECK(iso("13:14:15.123456Z") == "13:14:15.123456");
  CHECK(iso("2024-02-29T13:14:15.5Z") == "2024-02-29T13:14:15.5");
  CHECK(iso("2024-02-29T13:14:15.500000Z", true) == "2024-02-29T13:14:15.500000Z");
  CHECK(iso("-0043-03-15T12:00:00.000000Z", true) == "0044-03-15T12:00:00.000000Z BC");
  CHECK(iso("0000-03-15Z") == "0001-03-15 BC");
  CHECK(iso("+12024-03-15T12:00:00.000000Z", true) == "12024-03-15T12:00:00.000000Z");
  CHECK(iso("infinity", true) == "infinity");
  CHECK(iso("+292278994-08-16Z") == "infinity");
  CHECK(iso("+292269055-12-02Z") == "-infinity");
  CHECK(iso("-292275055-05-16T23:00:00Z") == "-infinity");
  CHECK(iso("11:14:15.5Z", true) == "11:14:15.5Z");
  CHECK(iso("x-1") == "refused");
}

TEST_CASE("a duration is printed as the server does, with its months, but whole days stay days") {
  CHECK(duration(37091106789000) == "1 year 2 mons 3 days 04:05:06.789");
  CHECK(duration(std::int64_t{40} * 86'400 * 1'000'000) == "40 days");
  CHECK(duration(std::int64_t{2'629'800} * 1'000'000) == "1 mon");
  CHECK(duration(-1'500'000) == "-00:00:01.5");
  CHECK(duration(-std::int64_t{86'400} * 1'000'000 + 3'600'000'000) == "-23:00:00");
  CHECK(duration(0) == "00:00:00");
}
