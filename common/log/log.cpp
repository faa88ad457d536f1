#include "common/log/log.hpp"

#include "common/base/clock.hpp"
#include "common/base/json_string.hpp"
#include "common/io/file_descriptor.hpp"
#include "common/log/progress.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <unistd.h>

namespace cdckit::log {

namespace {

struct State {
  std::mutex mutex;
  Settings settings;
  bool terminal = false;
  bool erases = false;  // a terminal on which lines can be erased
  bool shows_progress = false;
  bool colored = false;
  bool progress_shown = false;
};

State& state() {
  static State instance;
  return instance;
}

std::atomic<Level> g_level{Level::warning};

constexpr std::array<std::string_view, 4> kNames{"error", "warning", "info", "debug"};

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  base::append_json_escaped(out, base::to_valid_utf8(text));
  out += '"';
}

// What servers and files say may hold line breaks and terminal escapes; a message is one line.
std::string printable(std::string_view text) {
  std::string out(text);
  while (!out.empty() && (out.back() == '\n' || out.back() == '\r')) out.pop_back();
  for (char& c : out) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n' || c == '\r' || c == '\t')
      c = ' ';
    else if (byte < 0x20 || byte == 0x7F)
      c = '?';
  }
  return out;
}

// Without its end, so that members can follow.
std::string json_record(const Settings& settings,
                        Level level,
                        std::string_view message,
                        Fields fields = {}) {
  std::string out = R"({"ts":)";
  append_json_string(out, base::format_utc(base::unix_microseconds()));
  out += R"(,"level":)";
  append_json_string(out, kNames[static_cast<std::size_t>(level)]);
  out += R"(,"tool":)";
  append_json_string(out, settings.tool);
  out += R"(,"message":)";
  append_json_string(out, message);
  for (const auto& [name, value] : fields) {
    out += ',';
    append_json_string(out, name);
    out += ':';
    append_json_string(out, value);
  }
  return out;
}

std::string json_line(const Settings& settings,
                      Level level,
                      std::string_view message,
                      Fields fields,
                      std::string_view hint) {
  std::string out = json_record(settings, level, message, fields);
  if (!hint.empty()) {
    std::string one_line(hint);
    std::replace(one_line.begin(), one_line.end(), '\n', ' ');
    out += R"(,"hint":)";
    append_json_string(out, one_line);
  }
  return out + "}\n";
}

// `tool: hint: sentence` for each line.
std::string hint_lines(const Settings& settings, std::string_view hint) {
  std::string out;
  while (!hint.empty()) {
    const auto end = std::min(hint.find('\n'), hint.size());
    out += settings.tool + ": hint: " + printable(hint.substr(0, end)) + "\n";
    hint.remove_prefix(std::min(end + 1, hint.size()));
  }
  return out;
}

std::string text_line(const State& at, Level level, std::string_view message, Fields fields) {
  std::string out = at.settings.tool + ": ";
  const bool painted = at.colored && level <= Level::warning;
  if (painted) out += level == Level::error ? "\033[31m" : "\033[33m";
  out += printable(message);
  if (painted) out += "\033[0m";
  for (const auto& [name, value] : fields) {
    out += ' ';
    out += name;
    out += '=';
    out += printable(value);
  }
  return out + "\n";
}

// stderr is the last resort: when it fails there is nobody left to tell
void emit(State& at, std::string line) {
  // another tool of the pipe may have left its progress on this line of the terminal
  if (at.erases && at.settings.format == Format::text) line.insert(0, "\r\033[K");
  at.progress_shown = false;
  (void)!::write(STDERR_FILENO, line.data(), line.size());
}

bool is_dumb() {
  const char* term = std::getenv("TERM");
  return term != nullptr && std::string_view(term) == "dumb";
}

}  // namespace

bool wants_color(Color wish, bool terminal) {
  if (wish != Color::automatic) return wish == Color::always;
  const char* no_color = std::getenv("NO_COLOR");
  return terminal && (no_color == nullptr || *no_color == '\0') && !is_dumb();
}

void configure(Settings settings) {
  State& at = state();
  const std::scoped_lock lock(at.mutex);
  at.terminal = io::is_terminal(STDERR_FILENO);
  at.erases = at.terminal && !is_dumb();
  // on a terminal the output itself shows how far things are, and lines must not stick together
  at.shows_progress = at.erases && !io::is_terminal(STDOUT_FILENO);
  at.colored = wants_color(settings.color, at.terminal);
  g_level = settings.level;
  at.settings = std::move(settings);
}

bool enabled(Level level) noexcept {
  return level <= g_level.load(std::memory_order_relaxed);
}

namespace {

void write_message(
    State& at, Level level, std::string_view message, Fields fields, std::string_view hint) {
  emit(at,
       at.settings.format == Format::json
           ? json_line(at.settings, level, message, fields, hint)
           : text_line(at, level, message, fields) + hint_lines(at.settings, hint));
}

}  // namespace

void write(Level level, std::string_view message, Fields fields, std::string_view hint) {
  if (!enabled(level)) return;
  State& at = state();
  const std::scoped_lock lock(at.mutex);
  write_message(at, level, message, fields, hint);
}

void notice(std::string_view message) {
  State& at = state();
  const std::scoped_lock lock(at.mutex);
  if (!enabled(at.terminal ? Level::warning : Level::info)) return;
  write_message(at, Level::info, message, {}, {});
}

bool shows_progress() noexcept {
  State& at = state();
  return at.shows_progress && at.settings.format == Format::text && enabled(Level::warning);
}

void progress(std::string_view text) {
  State& at = state();
  const std::scoped_lock lock(at.mutex);
  if (!shows_progress()) return;
  if (text.empty() && !at.progress_shown) return;
  std::string line = "\r\033[K";
  if (!text.empty()) line += at.settings.tool + ": " + printable(text);
  (void)!::write(STDERR_FILENO, line.data(), line.size());
  at.progress_shown = !text.empty();
}

void stats(std::string_view json, std::string_view text) {
  State& at = state();
  const std::scoped_lock lock(at.mutex);
  if (at.settings.format == Format::json) {
    std::string line = json_record(at.settings, Level::info, "statistics");
    if (json.size() > 2) (line += ',').append(json.substr(1, json.size() - 2));
    emit(at, line + "}\n");
  } else {
    emit(at, at.settings.tool + ": " + printable(text) + "\n");
  }
}

}  // namespace cdckit::log
