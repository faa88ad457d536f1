// The sole owner of stderr. One line per message: `tool: text` for people, one JSON object with
// `--log-format json`. Thread-safe; a message is one write. Callers never pass secrets.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace cdckit::log {

enum class Level { error, warning, info, debug };
enum class Format { text, json };
enum class Color { automatic, always, never };

struct Settings {
  std::string tool = "cdckit";
  Level level = Level::warning;  // -q error, default warning, -v info, -vv debug
  Format format = Format::text;
  Color color = Color::automatic;
};

using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

void configure(Settings settings);
[[nodiscard]] bool enabled(Level level) noexcept;
void write(Level level, std::string_view message, Fields fields = {});
inline void error(std::string_view message, Fields fields = {}) {
  write(Level::error, message, fields);
}
inline void warning(std::string_view message, Fields fields = {}) {
  write(Level::warning, message, fields);
}
inline void info(std::string_view message, Fields fields = {}) {
  write(Level::info, message, fields);
}
inline void debug(std::string_view message, Fields fields = {}) {
  write(Level::debug, message, fields);
}

// Whether to paint on a stream that is a terminal or not: the wish, else NO_COLOR and TERM decide.
[[nodiscard]] bool wants_color(Color wish, bool terminal);

// `hint: text` under an error, printed at the error's level.
void hint(std::string_view text);
// One line that replaces itself, only on a terminal and not with -q; any message erases it first,
// as an empty text does.
void progress(std::string_view text);
[[nodiscard]] bool shows_progress() noexcept;
// A machine-readable line (already JSON) with --log-format json, else the human text.
void stats(std::string_view json, std::string_view text);

}  // namespace cdckit::log
