// Debezium's numbers of any size: big-endian two's complement with a scale beside it. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cdckit::debezium {

// Appends the number `bytes` * 10^-scale in digits. False: no bytes, or a scale beyond
// PostgreSQL's.
bool append_decimal(std::string& out, std::string_view bytes, std::int64_t scale);
// io.debezium.data.Bits: the lowest byte first, high zero bytes left out. `length` 0: not known,
// then there are no leading zeros. False when it holds more bits than that.
bool append_bits(std::string& out, std::string_view bytes, std::size_t length);

}  // namespace cdckit::debezium
