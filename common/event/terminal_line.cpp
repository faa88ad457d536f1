#include "common/event/terminal_line.hpp"

namespace cdckit::event::terminal {

Word word_of(char op) {
  switch (op) {
    case 'c':
      return {"INSERT  ", kGreen};
    case 'u':
      return {"UPDATE  ", kYellow};
    case 'd':
      return {"DELETE  ", kRed};
    case 'r':
      return {"READ    ", kBlue};
    case 't':
      return {"TRUNCATE", kRed};
    default:
      return {"MESSAGE ", kBlue};
  }
}

void cut(std::string& out, std::size_t begin) {
  if (out.size() - begin <= kLongest) return;
  auto end = begin + kLongest;
  while (end > begin && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U) --end;
  out.resize(end);
  out += "…";
}

void disarm(std::string& out, std::size_t begin) {
  for (auto at = begin; at < out.size(); ++at) {
    const auto byte = static_cast<unsigned char>(out[at]);
    if (byte == 0x7F) out[at] = '?';
    if (byte != 0xC2 || at + 1 >= out.size()) continue;
    const auto next = static_cast<unsigned char>(out[at + 1]);
    if (next >= 0x80 && next <= 0x9F) out.replace(at, 2, "?");
  }
}

void paint(std::string& out, std::string_view text, std::string_view color, bool wanted) {
  if (wanted) out += color;
  out += text;
  if (wanted) out += kPlain;
}

}  // namespace cdckit::event::terminal
