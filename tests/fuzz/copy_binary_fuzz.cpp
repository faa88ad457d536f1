// A run of COPY messages, each with a two-byte length before it; the first byte is the number of
// columns, the next ones say which form each has.
#include "tests/fuzz/target.hpp"
#include "tools/walcat/wire/copy_binary.hpp"

void fuzz_one(std::string_view bytes) {
  using cdckit::pg::BinaryForm;
  if (bytes.empty()) return;
  std::vector<BinaryForm> forms;
  const std::size_t columns = static_cast<unsigned char>(bytes[0]) % 20U;
  bytes.remove_prefix(1);
  if (bytes.size() < columns) return;
  for (const char byte : bytes.substr(0, columns)) {
    forms.push_back(static_cast<BinaryForm>(static_cast<unsigned char>(byte) % 14U));
  }
  bytes.remove_prefix(columns);
  cdckit::walcat::CopyBinaryReader reader(std::move(forms));
  while (bytes.size() >= 2) {
    const auto high = static_cast<unsigned char>(bytes[0]);
    const auto low = static_cast<unsigned char>(bytes[1]);
    const std::size_t length = static_cast<std::size_t>(high) << 8U | low;
    bytes.remove_prefix(2);
    (void)reader.take(bytes.substr(0, length));
    bytes.remove_prefix(length < bytes.size() ? length : bytes.size());
  }
}
