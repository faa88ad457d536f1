#include "tools/walcat/wire/copy_binary.hpp"

#include "common/base/error.hpp"

namespace cdckit::walcat {
namespace {

constexpr std::string_view kSignature("PGCOPY\n\377\r\n\0", 11);
constexpr std::uint32_t kCriticalFlags = 0xFFFF'0000U;  // one that we do not know changes the rows

[[noreturn]] void refuse(const char* what) {
  throw base::Error(base::ErrorKind::protocol, std::string("could not decode COPY data: ") + what);
}

std::uint32_t take_number(std::string_view& bytes, std::size_t width) {
  if (bytes.size() < width) refuse("it is cut off");
  std::uint32_t value = 0;
  for (const char byte : bytes.substr(0, width)) {
    value = value << 8U | static_cast<unsigned char>(byte);
  }
  bytes.remove_prefix(width);
  return value;
}

}  // namespace

void CopyBinaryReader::take_header(std::string_view& message) {
  if (!message.starts_with(kSignature)) refuse("no signature");
  message.remove_prefix(kSignature.size());
  if ((take_number(message, 4) & kCriticalFlags) != 0) refuse("unknown flags");
  const auto extension = take_number(message, 4);
  if (extension > message.size()) refuse("it is cut off");
  message.remove_prefix(extension);
  header_taken_ = true;
}

void CopyBinaryReader::take_field(std::size_t column, std::string_view bytes) {
  if (pg::raw_text(forms_[column], bytes)) {
    values_[column] = {'t', bytes};
    return;
  }
  const auto begin = converted_.size();
  pg::append_binary_text(converted_, forms_[column], bytes);
  pieces_.push_back({column, begin, converted_.size() - begin});
}

bool CopyBinaryReader::take(std::string_view message) {
  if (ended_) refuse("data behind the end");
  if (!header_taken_) take_header(message);
  if (message.empty()) return false;
  const auto width = take_number(message, 2);
  if (width == 0xFFFFU) {
    ended_ = true;
    if (!message.empty()) refuse("data behind the end");
    return false;
  }
  if (width != forms_.size()) refuse("a row of another width");
  values_.assign(width, {});
  pieces_.clear();
  converted_.clear();
  for (std::size_t column = 0; column < width; ++column) {
    const auto length = take_number(message, 4);
    if (length == 0xFFFF'FFFFU) continue;  // NULL
    if (length > message.size()) refuse("it is cut off");
    take_field(column, message.substr(0, length));
    message.remove_prefix(length);
  }
  if (!message.empty()) refuse("a row longer than its fields");
  // only now does converted_ stay where it is
  for (const auto& piece : pieces_) {
    values_[piece.column] = {'t', std::string_view(converted_).substr(piece.begin, piece.length)};
  }
  return true;
}

}  // namespace cdckit::walcat
