#include "tools/snow-ddl/plan/plan_text.hpp"

#include "tools/snow-ddl/result/json_line.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

std::string loss_of(const PlanView& view, const Script& script, std::size_t statement) {
  const auto lost = view.losses.find(&script);
  if (lost == view.losses.end()) return {};
  const auto found = lost->second.find(statement);
  return found == lost->second.end() ? std::string() : found->second;
}

// Nothing: the server was not asked about it.
const std::string* check_of(const PlanView& view, const Script& script, std::size_t statement) {
  if (view.checks == nullptr) return nullptr;
  const auto asked = view.checks->find(&script);
  if (asked == view.checks->end()) return nullptr;
  const auto found = asked->second.find(statement);
  return found == asked->second.end() ? nullptr : &found->second;
}

// What it said against the statement; empty: nothing.
std::string problem_of(const PlanView& view, const Script& script, std::size_t statement) {
  const std::string* check = check_of(view, script, statement);
  return check == nullptr ? std::string() : *check;
}

std::string statement_list(const PlanView& view, const Script& script) {
  std::string list = "[";
  for (std::size_t i = 0; i < script.statements.size(); ++i) {
    const std::string loss = loss_of(view, script, i);
    JsonLine line(false);
    line.number("n", i + 1);
    line.number("line", script.statements[i].line);
    line.text("sql", view.mask(script.statements[i].text));
    line.boolean("destructive", !loss.empty());
    if (!loss.empty()) line.text("loses", loss);
    if (view.checks != nullptr) {
      const std::string* check = check_of(view, script, i);
      line.text("check", check == nullptr ? "none" : check->empty() ? "ok" : "refused");
      if (check != nullptr && !check->empty()) line.text("problem", *check);
    }
    list += (i == 0 ? "" : ",") + line.finish();
  }
  return list + "]";
}

std::string first_line(const std::string& sql) {
  constexpr std::size_t kMost = 100;
  std::string line = sql.substr(0, sql.find('\n'));
  if (line.size() < sql.size()) line += " ..";
  if (line.size() > kMost) line = line.substr(0, kMost) + " ..";
  return line;
}

std::size_t count(const PlanView& view, Action action) {
  return static_cast<std::size_t>(
      std::count_if(view.plan.begin(), view.plan.end(), [&](const PlannedScript& planned) {
        return planned.script != nullptr && planned.action() == action;
      }));
}

std::string summary(const PlanView& view) {
  return fmt::format("{} to run, {} refused, {} with nothing to do",
                     count(view, Action::run),
                     count(view, Action::refuse),
                     count(view, Action::skip));
}

// What a workflow command may hold as it is.
std::string escaped(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    const bool special = c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
    if (special) {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::string annotation(const char* level,
                       const Script& script,
                       std::size_t line,
                       const std::string& title,
                       const std::string& text) {
  return fmt::format("::{} file={},line={},title={}::{}\n",
                     level,
                     escaped(script.path, true),
                     line,
                     escaped(title, true),
                     escaped(text, false));
}

void add_name(JsonLine& line, const PlannedScript& planned) {
  if (planned.script != nullptr) {
    const Script& script = *planned.script;
    line.text("script", script.key());
    line.text("type", std::string(1, kind_letter(script.name.kind)));
    line.text_or_null("version", script.version());
    line.text("description", script.name.description);
    return;
  }
  line.text("script", planned.entry->script);
  line.text("type", std::string(1, planned.entry->kind));
  line.text_or_null("version", planned.entry->version);
  line.text("description", planned.entry->description);
}

std::string reason_of(const PlanView& view, const PlannedScript& planned) {
  return view.offline ? "not known whether it is applied" : planned.reason();
}

// Longer than what the text holds, so that it ends where it should.
std::string fence_for(const std::string& text) {
  std::size_t longest = 3;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return std::string(longest + 1, '`');
}

}  // namespace

std::string plan_line(const PlanView& view, const PlannedScript& planned) {
  JsonLine line;
  add_name(line, planned);
  line.text("action", to_text(planned.action()));
  line.text("reason", reason_of(view, planned));
  line.text("checksum", planned.script->checksum);
  line.raw("statements", statement_list(view, *planned.script));
  return line.finish();
}

std::string plan_as_text(const PlanView& view) {
  std::string out;
  for (const PlannedScript& planned : view.plan) {
    if (planned.script == nullptr || planned.action() == Action::skip) continue;
    const Script& script = *planned.script;
    out += fmt::format(
        "{:<7} {}  ({})\n", to_text(planned.action()), script.key(), reason_of(view, planned));
    for (std::size_t i = 0; i < script.statements.size(); ++i) {
      const std::string loss = loss_of(view, script, i);
      const std::string problem = problem_of(view, script, i);
      out += fmt::format("  {:>4}  {}{}{}\n",
                         script.statements[i].line,
                         first_line(view.mask(script.statements[i].text)),
                         loss.empty() ? "" : "   ! " + loss,
                         problem.empty() ? "" : "   ? " + problem);
    }
  }
  return out + summary(view) + "\n";
}

std::string plan_as_markdown(const PlanView& view) {
  std::string lost;
  std::string refused;
  std::string scripts;
  for (const PlannedScript& planned : view.plan) {
    if (planned.script == nullptr || planned.action() == Action::skip) continue;
    const Script& script = *planned.script;
    scripts += fmt::format(
        "\n#### {} `{}`: {}\n", to_text(planned.action()), script.key(), reason_of(view, planned));
    std::string statements;
    for (std::size_t i = 0; i < script.statements.size(); ++i) {
      statements += view.mask(script.statements[i].text) + ";\n";
      const std::string loss = loss_of(view, script, i);
      if (!loss.empty())
        lost +=
            fmt::format("- `{}` line {}: **{}**\n", script.key(), script.statements[i].line, loss);
      const std::string problem = problem_of(view, script, i);
      if (!problem.empty())
        refused +=
            fmt::format("- `{}` line {}: {}\n", script.key(), script.statements[i].line, problem);
    }
    const std::string fence = fence_for(statements);
    scripts += fmt::format("\n{}sql\n{}{}\n", fence, statements, fence);
  }
  std::string out = "### snow-ddl plan\n\n" + summary(view) + ".\n";
  if (view.offline)
    out +=
        "\nOffline: what is applied already is not known. These are all scripts as they would be "
        "sent.\n";
  if (!refused.empty()) out += "\n#### Refused by the server\n\n" + refused;
  if (!lost.empty()) out += "\n#### Destructive\n\n" + lost;
  return out + scripts;
}

std::string plan_as_annotations(const PlanView& view) {
  std::string out;
  for (const PlannedScript& planned : view.plan) {
    if (planned.script == nullptr || planned.action() == Action::skip) continue;
    const Script& script = *planned.script;
    const bool refused = planned.action() == Action::refuse;
    out += annotation(refused ? "error" : "notice",
                      script,
                      1,
                      refused ? "refused" : "will run",
                      fmt::format("{}: {}", script.key(), reason_of(view, planned)));
    for (std::size_t i = 0; i < script.statements.size(); ++i) {
      const std::string loss = loss_of(view, script, i);
      if (!loss.empty())
        out += annotation("warning", script, script.statements[i].line, "destructive", loss);
      const std::string problem = problem_of(view, script, i);
      if (!problem.empty())
        out += annotation("error", script, script.statements[i].line, "refused", problem);
    }
  }
  return out;
}

std::string status_line(const PlannedScript& planned) {
  JsonLine line;
  add_name(line, planned);
  const bool failed = planned.failure != nullptr && planned.state == ScriptState::pending;
  line.text("state", failed ? "failed" : to_text(planned.state));
  line.text_or_null("checksum",
                    planned.script != nullptr ? std::string_view(planned.script->checksum) : "");
  const HistoryEntry* last = planned.failure != nullptr ? planned.failure : planned.entry;
  line.text_or_null("installed_on", last != nullptr ? std::string_view(last->installed_on) : "");
  line.text_or_null("installed_by", last != nullptr ? std::string_view(last->installed_by) : "");
  return line.finish();
}

}  // namespace cdckit::snow_ddl
