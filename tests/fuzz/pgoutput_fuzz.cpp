// A run of pgoutput messages, each with a two-byte length before it.
#include "tests/fuzz/target.hpp"
#include "tools/walcat/wire/pgoutput.hpp"

void fuzz_one(std::string_view bytes) {
  cdckit::walcat::PgoutputDecoder decoder;
  while (bytes.size() >= 2) {
    const auto high = static_cast<unsigned char>(bytes[0]);
    const auto low = static_cast<unsigned char>(bytes[1]);
    const std::size_t length = static_cast<std::size_t>(high) << 8U | low;
    bytes.remove_prefix(2);
    (void)decoder.decode(bytes.substr(0, length));
    bytes.remove_prefix(length < bytes.size() ? length : bytes.size());
  }
}
