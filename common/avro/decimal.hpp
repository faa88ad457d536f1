// Exact decimals: digits in plain notation to and from the unscaled number in big-endian two's
// complement. Any number of digits up to kMostDecimalBytes. Keeps its memory; one per thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::avro {

inline constexpr std::size_t kMostDecimalBytes =
    std::size_t{64} * 1024;  // more digits than PostgreSQL takes
inline constexpr std::int32_t kMostDecimalScale = 1 << 17;

class DecimalConverter {
 public:
  // Appends -12.50, `scale` digits behind the point; a negative scale appends zeros. False and
  // nothing appended for more bytes, or a larger scale, than can be.
  bool append_digits(std::string& out, std::string_view unscaled, std::int32_t scale);
  // The unscaled number of `digits` (an exponent is fine) at this scale in the fewest bytes, a
  // slice that is valid until the next call; empty: it is no number, or has more digits behind the
  // point.
  std::string_view unscaled(std::string_view digits, std::int32_t scale);

 private:
  bool take_digits(std::string_view text, std::int32_t scale);
  void to_bytes(bool negative);

  std::vector<std::uint32_t> limbs_;
  std::string text_;
  std::string bytes_;
};

}  // namespace cdckit::avro
