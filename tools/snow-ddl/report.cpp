#include "tools/snow-ddl/report.hpp"

#include "common/ndjson/text.hpp"

namespace cdckit::snow_ddl {
namespace {

class Line {
 public:
  Line() { text("tool", "snow-ddl"); }
  void text(std::string_view name, std::string_view value) {
    std::string quoted;
    ndjson::append_string(quoted, value);
    ndjson::append_member(line_, name, std::string_view(quoted));
  }
  void text_or_null(std::string_view name, std::string_view value) {
    if (value.empty()) {
      ndjson::append_member(line_, name, std::string_view("null"));
    } else {
      text(name, value);
    }
  }
  void number(std::string_view name, std::uint64_t value) {
    ndjson::append_member(line_, name, value);
  }
  std::string finish() {
    line_.back() = '}';
    return std::move(line_);
  }

 private:
  std::string line_ = "{";
};

std::string_view reason_of(const PlannedScript& planned) {
  if (planned.state == ScriptState::always) return "always";
  if (planned.state == ScriptState::changed) return "changed";
  return planned.failure != nullptr ? "failed before" : "new";
}

void add_name(Line& line, const PlannedScript& planned) {
  if (planned.script != nullptr) {
    const ScriptName& name = planned.script->name;
    line.text("script", name.file);
    line.text("type", std::string(1, kind_letter(name.kind)));
    line.text_or_null("version", name.version);
    line.text("description", name.description);
    return;
  }
  line.text("script", planned.entry->script);
  line.text("type", std::string(1, planned.entry->kind));
  line.text_or_null("version", planned.entry->version);
  line.text("description", planned.entry->description);
}

}  // namespace

std::string plan_line(const PlannedScript& planned) {
  Line line;
  add_name(line, planned);
  line.text("reason", reason_of(planned));
  line.number("statements", planned.script->statements.size());
  line.text("checksum", planned.script->checksum);
  return line.finish();
}

std::string status_line(const PlannedScript& planned) {
  Line line;
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

std::string statement_line(const StatementReport& report) {
  Line line;
  line.text("script", report.script);
  line.number("statement", report.statement);
  line.number("line", report.line);
  line.text("status", report.status);
  line.number("rows", report.rows);
  line.number("ms", static_cast<std::uint64_t>(report.milliseconds));
  line.text_or_null("query_id", report.query_id);
  if (report.status == "failed") {
    line.text_or_null("code", report.code);
    line.text_or_null("sql_state", report.sql_state);
    line.text("message", report.message);
  }
  return line.finish();
}

}  // namespace cdckit::snow_ddl
