#include "tools/snow-ddl/session.hpp"

#include "common/base/text.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-ddl/sql_token.hpp"

#include <vector>

namespace cdckit::snow_ddl {
namespace {

struct Use {
  std::string what;                // DATABASE when not said
  std::vector<std::string> names;  // stored
};

// USE [DATABASE | SCHEMA | ROLE | WAREHOUSE] name[.name]; anything else gives no names.
Use parse_use(const std::string& text) {
  const std::string source = "USE";
  SqlTokens tokens(text, source);
  Use use{"DATABASE", {}};
  if (base::to_upper(tokens.next().text) != "USE") return use;
  SqlToken token = tokens.next();
  const std::string word = base::to_upper(token.text);
  if (word == "DATABASE" || word == "SCHEMA" || word == "ROLE" || word == "WAREHOUSE") {
    use.what = word;
    token = tokens.next();
  }
  for (;; token = tokens.next()) {
    if (token.kind != TokenKind::word && token.kind != TokenKind::literal) return {};
    use.names.push_back(snow::typed_name(token.text));
    token = tokens.next();
    if (token.kind == TokenKind::end) return use;
    if (token.text != ".") return {};
  }
}

}  // namespace

base::ErrorKind kind_of_refusal(const base::Error& error) {
  const bool own = error.kind() == base::ErrorKind::permission ||
                   error.kind() == base::ErrorKind::temporary ||
                   dynamic_cast<const snow::SqlError*>(&error) == nullptr;
  return own ? error.kind() : base::ErrorKind::unavailable;
}

Session::Session(Execute execute, std::string query_tag) : execute_(std::move(execute)) {
  context_.parameters["query_tag"] = std::move(query_tag);
}

bool Session::use(const std::string& text) {
  const Use use = parse_use(text);
  const std::size_t most = use.what == "SCHEMA" || use.what == "DATABASE" ? 2 : 1;
  if (use.names.empty() || use.names.size() > most) return false;
  if (use.what == "ROLE") {
    context_.role = use.names.front();
  } else if (use.what == "WAREHOUSE") {
    context_.warehouse = use.names.front();
  } else if (use.what == "SCHEMA" || use.names.size() == 2) {
    context_.schema = use.names.back();
    if (use.names.size() == 2) context_.database = use.names.front();
  } else {
    context_.database = use.names.front();
    context_.schema = "PUBLIC";
  }
  return true;
}

snow::StatementResult Session::run(const std::string& text) {
  if (use(text)) return {};
  snow::Statement statement = context_;
  statement.text = text;
  return execute_(statement);
}

}  // namespace cdckit::snow_ddl
