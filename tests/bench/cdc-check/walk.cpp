// The line walk alone: what any tool pays to read lines and know their members. bench-walk <lines
#include "common/event/input.hpp"

#include <cstdio>

int main() {
  cdckit::event::InputSettings settings;
  settings.tool = "bench-walk";
  cdckit::event::Input input(settings);
  unsigned long long members = 0;
  for (;;) {
    const auto* item = input.next_buffered();
    if (item == nullptr) item = &input.next(std::chrono::milliseconds(-1));
    if (item->kind == cdckit::event::ItemKind::end) break;
    members += item->event.after_members.size() + item->event.row_members.size();
  }
  std::printf("%llu\n", members);
  return 0;
}
