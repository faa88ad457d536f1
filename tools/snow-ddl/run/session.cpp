#include "tools/snow-ddl/run/session.hpp"

#include "common/base/text.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-ddl/scripts/sql_token.hpp"

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

std::size_t most_parts(const Use& use) {
  return use.what == "SCHEMA" || use.what == "DATABASE" ? 2 : 1;
}

bool is_plain(const Use& use) {
  return !use.names.empty() && use.names.size() <= most_parts(use);
}

}  // namespace

Session::Session(std::string query_tag) {
  context_.parameters["query_tag"] = std::move(query_tag);
}

bool Session::is_noted(const std::string& text) {
  return is_plain(parse_use(text));
}

bool Session::note(const std::string& text) {
  const Use use = parse_use(text);
  if (!is_plain(use)) return false;
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

void Session::follow(const std::vector<SqlStatement>& statements,
                     std::size_t begin,
                     std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) note(statements[i].text);
}

snow::Statement Session::request(std::string text, unsigned count) const {
  snow::Statement statement = context_;
  statement.text = std::move(text);
  statement.count = count;
  return statement;
}

}  // namespace cdckit::snow_ddl
