#include "tools/snow-ddl/history/execute.hpp"

namespace cdckit::snow_ddl {

snow::StatementResult run_text(const Execute& execute, const std::string& text) {
  snow::Statement statement;
  statement.text = text;
  return execute(statement);
}

void run_together(const Execute& execute, const std::vector<std::string>& statements) {
  snow::Statement request;
  request.text = "BEGIN";
  for (const std::string& text : statements) request.text += ";\n" + text;
  request.text += ";\nCOMMIT";
  request.count = static_cast<unsigned>(statements.size()) + 2;
  (void)execute(request);
}

}  // namespace cdckit::snow_ddl
