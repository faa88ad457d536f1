#include "common/registry/frame.hpp"

#include <algorithm>

namespace cdckit::registry {
namespace {

constexpr char kIdMagic = 0;
constexpr char kGuidMagic = 1;
constexpr std::size_t kIdSize = 5;     // with the magic byte
constexpr std::size_t kGuidSize = 17;  // likewise

// The id at the begin of the bytes and how many it takes; 0: there is none.
std::size_t take_id(std::string_view bytes, Frame& frame) noexcept {
  if (bytes.size() >= kIdSize && bytes[0] == kIdMagic) {
    std::uint32_t id = 0;
    for (std::size_t i = 1; i < kIdSize; ++i) id = id << 8U | static_cast<unsigned char>(bytes[i]);
    frame.id = static_cast<std::int32_t>(id);
    return kIdSize;
  }
  if (bytes.size() >= kGuidSize && bytes[0] == kGuidMagic) {
    Guid guid;
    std::copy_n(bytes.begin() + 1, guid.size(), guid.begin());
    frame.guid = guid;
    return kGuidSize;
  }
  return 0;
}

}  // namespace

std::string to_text(const Guid& guid) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < guid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += kHex[guid.at(i) >> 4U];
    out += kHex[guid.at(i) & 15U];
  }
  return out;
}

void append_prefix(std::string& out, std::int32_t id) {
  const auto bits = static_cast<std::uint32_t>(id);
  out += kIdMagic;
  for (unsigned shift = 32; shift > 0;) {
    shift -= 8;
    out += static_cast<char>(bits >> shift & 0xFFU);
  }
}

const char* read_frame(std::string_view bytes,
                       std::optional<std::string_view> header,
                       Frame& frame) noexcept {
  frame = {};
  if (header) {
    if (take_id(*header, frame) != header->size() || header->empty())
      return "the header with the schema's id is none";
    frame.payload = bytes;
    return nullptr;
  }
  if (bytes.empty()) return "it is empty, not framed Avro";
  const std::size_t size = take_id(bytes, frame);
  if (size != 0) {
    frame.payload = bytes.substr(size);
    return nullptr;
  }
  const bool known = bytes[0] == kIdMagic || bytes[0] == kGuidMagic;
  return known ? "it ends within the schema's id" : "its first byte is none of framed Avro's";
}

bool looks_framed(std::string_view bytes) noexcept {
  Frame frame;
  return take_id(bytes, frame) != 0;
}

}  // namespace cdckit::registry
