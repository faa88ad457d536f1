// The sole owner of stderr. One line per message: `tool: text` for people, one JSON object with
// `--log-format json`. Thread-safe; a message is one write; throws nothing. Callers never pass
// secrets.
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
// `hint`: what to do about it, a sentence a line. In JSON it is a member of the same record, in
// text a line `tool: hint: sentence` each below the message.
void write(Level level, std::string_view message, Fields fields = {}, std::string_view hint = {});
inline void error(std::string_view message, Fields fields = {}, std::string_view hint = {}) {
  write(Level::error, message, fields, hint);
}
inline void warning(std::string_view message, Fields fields = {}, std::string_view hint = {}) {
  write(Level::warning, message, fields, hint);
}
inline void info(std::string_view message, Fields fields = {}) {
  write(Level::info, message, fields);
}
inline void debug(std::string_view message, Fields fields = {}) {
  write(Level::debug, message, fields);
}

// Whether to paint on a stream that is a terminal or not: the wish, else NO_COLOR and TERM decide.
[[nodiscard]] bool wants_color(Color wish, bool terminal);

// One line that replaces itself, only where stderr is a terminal and stdout is none, and not with
// -q; any message of any cdckit tool on that terminal erases it first, as an empty text does.
void progress(std::string_view text);
[[nodiscard]] bool shows_progress() noexcept;
// --stats-interval: with --log-format json one record like every other with the members of
// `json` (an object) behind ts, level, tool and message; else the human text.
void stats(std::string_view json, std::string_view text);

}  // namespace cdckit::log
