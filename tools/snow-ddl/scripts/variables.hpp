// The values that scripts get by name, and how secret ones are kept out of everything that is
// printed. Throws config for a file or an environment variable that is not there.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::snow_ddl {

struct Variable {
  std::string value;
  bool secret = false;
};
using Variables = std::map<std::string, Variable>;

// Names that speak of secrets: password, secret, token, credential, private_key, in any case.
bool is_secret_name(std::string_view name);
// [A-Za-z_][A-Za-z0-9_.]*
bool is_variable_name(std::string_view name);

// NAME=VALUE; throws std::invalid_argument. An odd name is taken: templates differ in what they
// allow.
void add_variable(Variables& variables, const std::string& text);
// NAME=ENVIRONMENT and NAME=FILE: always secret.
void add_variable_of_environment(Variables& variables, const std::string& text);
void add_variable_of_file(Variables& variables, const std::string& text);

// Replaces secret values by ***, also as they stand in a SQL string, as a server repeats a name
// (in upper case), and line by line.
class Mask {
 public:
  Mask() = default;
  explicit Mask(const Variables& variables, const std::vector<std::string>& more = {});
  [[nodiscard]] std::string operator()(std::string_view text) const;

 private:
  void add(const std::string& value);

  std::vector<std::string> secrets_;  // the longest first
};

}  // namespace cdckit::snow_ddl
