#include "tools/snow-ddl/scripts/variables.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/secrets/secret.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

std::pair<std::string, std::string> cut(const std::string& text, const char* form) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw std::invalid_argument(fmt::format("\"{}\" is not {}", text, form));
  return {text.substr(0, equals), text.substr(equals + 1)};
}

void replace_all(std::string& text, const std::string& what) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 3))
    text.replace(at, what.size(), "***");
}

std::string doubled_quotes(const std::string& text) {
  std::string out;
  for (const char c : text) out.append(c == '\'' ? 2 : 1, c);
  return out;
}

}  // namespace

bool is_secret_name(std::string_view name) {
  constexpr std::array kWords{"secret", "password", "token", "credential", "private_key"};
  const std::string lower = base::to_lower(name);
  return std::any_of(kWords.begin(), kWords.end(), [&](const char* word) {
    return lower.find(word) != std::string::npos;
  });
}

bool is_variable_name(std::string_view name) {
  const auto is_letter = [](char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return is_letter(c) || (c >= '0' && c <= '9') || c == '.';
         });
}

void add_variable(Variables& variables, const std::string& text) {
  auto [name, value] = cut(text, "NAME=VALUE");
  const bool secret = is_secret_name(name);
  variables[name] = {std::move(value), secret};
}

void add_variable_of_environment(Variables& variables, const std::string& text) {
  const auto [name, environment] = cut(text, "NAME=ENVIRONMENT");
  const char* value = std::getenv(environment.c_str());
  if (value == nullptr)
    throw base::Error(base::ErrorKind::config,
                      fmt::format("could not use --var-env {}: there is no environment variable "
                                  "\"{}\"",
                                  name,
                                  environment));
  variables[name] = {value, true};
}

void add_variable_of_file(Variables& variables, const std::string& text) {
  const auto [name, file] = cut(text, "NAME=FILE");
  variables[name] = {std::string(secrets::Secret::from_file(file).reveal()), true};
}

Mask::Mask(const Variables& variables, const std::vector<std::string>& more) {
  for (const auto& [name, variable] : variables) {
    if (variable.secret) add(variable.value);
  }
  for (const std::string& value : more) add(value);
  std::sort(secrets_.begin(), secrets_.end(), [](const std::string& a, const std::string& b) {
    return a.size() > b.size();
  });
}

void Mask::add(const std::string& value) {
  constexpr std::size_t kShort = 6;  // shorter lines and words stand in many texts
  if (value.empty()) return;
  const std::string upper = value.size() < kShort ? value : base::to_upper(value);
  for (const std::string& form : {value, doubled_quotes(value), upper}) {
    if (std::find(secrets_.begin(), secrets_.end(), form) == secrets_.end())
      secrets_.push_back(form);
  }
  if (value.find('\n') == std::string::npos) return;
  for (const std::string& line : base::split(value, '\n')) {
    if (line.size() >= kShort) add(line);
  }
}

std::string Mask::operator()(std::string_view text) const {
  std::string out(text);
  for (const std::string& secret : secrets_) replace_all(out, secret);
  return out;
}

}  // namespace cdckit::snow_ddl
