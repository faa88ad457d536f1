#include "common/snow/identifiers.hpp"

#include "common/base/text.hpp"
#include "common/http/url.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace cdckit::snow {
namespace {

bool can_be_unquoted(std::string_view name) {
  if (name.empty() || (std::isalpha(static_cast<unsigned char>(name[0])) == 0 && name[0] != '_')) {
    return false;
  }
  return std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return c < 0x80 && (std::isalnum(c) != 0 || c == '_' || c == '$');
  });
}

std::string doubled(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote) out += quote;
    out += c;
  }
  out += quote;
  return out;
}

}  // namespace

std::string stored_name(std::string_view source_name) {
  return can_be_unquoted(source_name) ? base::to_upper(source_name) : std::string(source_name);
}

std::string column_name(std::string_view source_name) {
  constexpr std::array<std::string_view, 6> kRefused = {"localtime",
                                                        "localtimestamp",
                                                        "current_date",
                                                        "current_time",
                                                        "current_timestamp",
                                                        "current_user"};
  std::string name = stored_name(source_name);
  const bool refused =
      std::find(kRefused.begin(), kRefused.end(), base::to_lower(name)) != kRefused.end();
  return refused ? name + "_" : name;
}

std::string typed_name(std::string_view typed) {
  if (typed.size() < 2 || typed.front() != '"' || typed.back() != '"') return stored_name(typed);
  std::string out;
  const std::string_view inside = typed.substr(1, typed.size() - 2);
  for (std::size_t i = 0; i < inside.size(); ++i) {
    out += inside[i];
    if (inside[i] == '"' && i + 1 < inside.size() && inside[i + 1] == '"') ++i;
  }
  return out;
}

bool is_plain_name(std::string_view stored) {
  return can_be_unquoted(stored) && base::to_upper(stored) == stored;
}

std::string sql_name(std::string_view stored) {
  return doubled(stored, '"');
}

std::string sql_name(std::string_view database, std::string_view schema, std::string_view object) {
  return sql_name(database) + "." + sql_name(schema) + "." + sql_name(object);
}

std::string sql_text(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\') escaped += '\\';
    escaped += c;
  }
  return doubled(escaped, '\'');
}

std::string path_name(std::string_view stored) {
  // A default pipe's ORDERS-STREAMING passes without quotes.
  std::string without_hyphens(stored);
  std::replace(without_hyphens.begin(), without_hyphens.end(), '-', '_');
  return http::percent_encode(is_plain_name(without_hyphens) ? std::string(stored)
                                                             : sql_name(stored));
}

}  // namespace cdckit::snow
