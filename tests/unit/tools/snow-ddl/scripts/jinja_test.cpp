#include "tools/snow-ddl/scripts/jinja.hpp"

#include "common/base/error.hpp"

#include <cstdlib>

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

namespace {

const Variables kVariables{{"db", {"CDC", false}}, {"a.b-c", {"x", false}}};

std::string rendered(const std::string& text) {
  return render_jinja(text, kVariables, "s");
}

base::ErrorKind refusal(const std::string& text) {
  try {
    (void)rendered(text);
  } catch (const base::Error& error) {
    CHECK(std::string(error.what()).starts_with("s:"));
    return error.kind();
  }
  return base::ErrorKind::bug;
}

}  // namespace

TEST_CASE("names, defaults, the environment and comments, as schemachange renders them") {
  ::setenv("SNOW_DDL_TEST", "E", 1);
  CHECK(rendered("use {{db}}.{{ a.b-c }};\n") == "use CDC.x;");
  CHECK(rendered("{{ none | default('d') }}{{ db|default(\"d\") }}") == "dCDC");
  CHECK(rendered("{{ env_var('SNOW_DDL_TEST') }}{{ env_var('SNOW_DDL_NONE', 'n') }}") == "En");
  CHECK(rendered("a{# {{ none }} #}b { c } ${db}") == "ab { c } ${db}");
}

TEST_CASE("a default may be a number; secrets of the environment are told") {
  CHECK(rendered("{{ none | default(7) }} {{ none | default(-1.5) }}") == "7 -1.5");
  CHECK(rendered("{{ env_var('SNOW_DDL_NONE', 3) }}") == "3");
  ::setenv("SNOW_DDL_TEST", "E", 1);
  ::setenv("SNOW_DDL_PASSWORD", "hunter2", 1);
  std::vector<std::string> secrets;
  (void)render_jinja(
      "{{ env_var('SNOW_DDL_TEST') }}{{ env_var('SNOW_DDL_PASSWORD', 'x') }}"
      "{{ env_var('SNOW_DDL_OTHER_PASSWORD', 'known') }}",
      kVariables,
      "s",
      &secrets);
  CHECK(secrets == std::vector<std::string>{"hunter2"});
}

TEST_CASE(
    "what is missing is a matter of configuration, what is not understood one of the script") {
  CHECK(refusal("{{ none }}") == base::ErrorKind::config);
  CHECK(refusal("{{ env_var('SNOW_DDL_NONE') }}") == base::ErrorKind::config);
  for (const char* text : {"{% if x %}",
                           "{{ db | upper }}",
                           "{{ db",
                           "{# no end",
                           "{{ }}",
                           "{{ f(1) }}",
                           "{{ db | default }}",
                           "{{ db + 1 }}",
                           "{{ none | default(a7) }}",
                           "{{ none | default(7x) }}",
                           "{{ env_var(db) }}"})
    CHECK_MESSAGE(refusal(text) == base::ErrorKind::data, text);
}

}  // namespace cdckit::snow_ddl
