#include "common/pg/replication_stream.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

std::string big_endian(std::uint64_t value) {
  std::string out;
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>((value >> shift) & 0xFFU);
  return out;
}

}  // namespace

TEST_CASE("XLogData is taken apart") {
  pg::StreamMessage message;
  const std::string payload =
      "w" + big_endian(0x16B3748) + big_endian(0x16B3749) + big_endian(77) + "Irest";
  CHECK(pg::parse_stream_message(payload, message) == pg::StreamStatus::data);
  CHECK(message.start == 0x16B3748);
  CHECK(message.wal_end == 0x16B3749);
  CHECK(message.server_clock == 77);
  CHECK(message.data == "Irest");
}

TEST_CASE("a keepalive says how far the server is and whether it wants an answer") {
  pg::StreamMessage message;
  const std::string payload = "k" + big_endian(0xA00000001) + big_endian(5);
  CHECK(pg::parse_stream_message(payload + '\1', message) == pg::StreamStatus::keepalive);
  CHECK(message.wal_end == 0xA00000001);
  CHECK(message.reply_requested);
  CHECK(pg::parse_stream_message(payload + '\0', message) == pg::StreamStatus::keepalive);
  CHECK_FALSE(message.reply_requested);
}

TEST_CASE("anything else is against the protocol") {
  pg::StreamMessage message;
  for (const std::string& payload :
       {std::string(), std::string("w"), std::string("k123"), "x" + std::string(40, '\0')}) {
    CHECK_THROWS_AS(pg::parse_stream_message(payload, message), base::Error);
  }
}

TEST_CASE("a status update has 34 bytes in the server's order") {
  const auto update = pg::format_status_update({.written = 0x0102030405060708,
                                                .flushed = 0x1112131415161718,
                                                .clock = 9,
                                                .reply_requested = true});
  CHECK(update == "r" + big_endian(0x0102030405060708) + big_endian(0x1112131415161718) +
                      big_endian(0x1112131415161718) + big_endian(9) + "\1");
  CHECK(update.size() == 34);
}
