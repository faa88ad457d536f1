#include "tools/walcat/debezium/debezium_encoding.hpp"

#include "tests/unit/tools/walcat/debezium/print.hpp"
#include "tests/unit/tools/walcat/support.hpp"
#include "tools/walcat/filter/column_filter.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cdckit::walcat;

using walcat_test::quirky;
using walcat_test::type_of;

namespace {
ColumnForm form_of(const Type& type,
                   const ColumnSource& more,
                   const DebeziumSettings& settings = {}) {
  return DebeziumEncoding(settings).column({.name = "c",
                                            .type = type,
                                            .modifier = more.modifier,
                                            .nullable = more.nullable,
                                            .default_expression = more.default_expression,
                                            .snapshot = more.snapshot});
}
const Type kInteger = type_of(oid::kInt4);
DebeziumSettings with_schemas() {
  DebeziumSettings settings;
  settings.schemas = true;
  return settings;
}
}  // namespace

TEST_CASE("null is null whatever the default") {
  const auto form = form_of(kInteger, {.name = {}, .type = kInteger, .default_expression = "7"});
  CHECK(form.null == "null");
  CHECK(form.unsent == "null");
  CHECK(form.printed);
}

TEST_CASE("with quirks the default stands for null, a made-up value for what NOT NULL hides") {
  const ColumnSource with_default{.name = {}, .type = kInteger, .default_expression = "7"};
  CHECK(form_of(kInteger, with_default, quirky()).null == "7");
  CHECK(form_of(kInteger, with_default, quirky()).unsent == "7");
  const ColumnSource required{.name = {}, .type = kInteger, .nullable = false};
  CHECK(form_of(kInteger, required, quirky()).unsent == "0");
  CHECK(form_of(kInteger, required).unsent == "null");
  CHECK(form_of(kInteger, required, with_schemas()).unsent == "0");
}

TEST_CASE("a name is lost in the stream only, and with quirks only") {
  const Type name = type_of(oid::kName);
  const auto print = [&](bool snapshot, const DebeziumSettings& settings) {
    const auto form = form_of(name, {.name = {}, .type = name, .snapshot = snapshot}, settings);
    std::string out;
    form.codec.append(out, "nm", form.codec);
    return out;
  };
  CHECK(print(false, {}) == "\"nm\"");
  CHECK(print(true, quirky()) == "\"nm\"");
  CHECK(print(false, quirky()) == "null");
}

TEST_CASE("columns without a place are printed, with quirks dropped") {
  const Type query = type_of(3615, "tsquery");
  CHECK(form_of(query, {.name = {}, .type = query}).printed);
  CHECK(!form_of(query, {.name = {}, .type = query}, quirky()).printed);
}

TEST_CASE("a domain's modifier counts") {
  Type domain = type_of(oid::kNumeric);
  domain.modifier = (7 << 16 | 2) + 4;
  const auto form = form_of(domain, {.name = {}, .type = domain});
  std::string out;
  form.codec.append(out, "12345.60", form.codec);
  CHECK(out == "\"EtaA\"");
}

TEST_CASE("columns that flags leave out take nothing from those that stay") {
  Relation relation{.oid = 1, .schema = "public", .table = "t", .identity = 'd', .columns = {}};
  relation.columns = {{"first", oid::kText, -1, false},
                      {"second", oid::kInt4, -1, true},
                      {"third", 3615, -1, false},
                      {"fourth", oid::kText, -1, false}};
  CatalogTable catalog = walcat_test::describe(relation);
  catalog.columns[3].nullable = false;
  const auto wrapped = [&](const FilterOptions& options, const DebeziumSettings& settings) {
    const DebeziumEncoding encoding(settings);
    Table table = build_table(relation, catalog, encoding);
    ColumnFilter(options).apply(table, relation, catalog);
    encoding.wrap(table, "app");
    return table;
  };
  const auto fields = [](const Table& table) {
    std::string out;
    const auto connect = nlohmann::json::parse(table.shape.connect);
    for (const auto& field : connect["value"]["fields"][1]["fields"])
      out += field["field"].get<std::string>() + (field["optional"] == true ? "? " : " ");
    return out;
  };
  const Table without_first = wrapped({.exclude_columns = {"first"}}, with_schemas());
  CHECK(fields(without_first) == "second third? fourth ");
  CHECK(without_first.key_head.find("\"optional\":false") != std::string::npos);
  CHECK(fields(wrapped({.columns = {"fourth"}}, with_schemas())) == "second fourth ");
  CHECK(fields(wrapped({.masks = {{.columns = "fourth"}}}, quirky())) == "first? second fourth ");
  CHECK(fields(wrapped({.keys = {{.table = "t", .columns = {"second"}}}}, quirky())) ==
        "first? second fourth ");
}

TEST_CASE("the schema line carries the Connect schemas that stand around key and value") {
  const Relation relation{
      .oid = 1, .schema = "s", .table = "t", .identity = 'd', .columns = {{"id", 23, -1, true}}};
  const auto build = [&](const DebeziumSettings& settings) {
    const DebeziumEncoding encoding(settings);
    Table table = build_table(relation, walcat_test::describe(relation), encoding);
    encoding.wrap(table, "app");
    return table;
  };
  const Table wrapped = build(with_schemas());
  CHECK(wrapped.shape.encoding == "debezium");
  const auto connect = nlohmann::json::parse(wrapped.shape.connect);
  CHECK(nlohmann::json::parse(wrapped.key_head + "0" + wrapped.key_tail)["schema"] ==
        connect["key"]);
  CHECK(nlohmann::json::parse("{\"k\":0" + wrapped.value_head + "null" +
                              wrapped.line_tail)["schema"] == connect["value"]);
  const Table bare = build({});
  CHECK(bare.shape == wrapped.shape);
  CHECK(bare.key_head.empty());
}

TEST_CASE("schemas carry NOT NULL and the default") {
  const ColumnSource required{
      .name = {}, .type = kInteger, .nullable = false, .default_expression = "7"};
  CHECK(form_of(kInteger, required, with_schemas()).schema ==
        R"({"type":"int32","optional":false,"default":7,"field":"c"})");
  CHECK(form_of(kInteger, required).schema == form_of(kInteger, required, with_schemas()).schema);
}

TEST_CASE("with quirks the default stands for what could not be converted too") {
  const Type numeric = type_of(oid::kNumeric);
  constexpr std::int32_t kTwoDigits = (7 << 16 | 2) + 4;
  const ColumnSource source{
      .name = {}, .type = numeric, .modifier = kTwoDigits, .default_expression = "1.5"};
  const auto print = [&](const DebeziumSettings& settings, const char* text) {
    const auto form = form_of(numeric, source, settings);
    std::string out;
    form.codec.append(out, text, form.codec);
    return out;
  };
  CHECK(print(quirky(), "NaN") == "\"AJY=\"");
  CHECK(print(quirky(), "1.00") == "\"ZA==\"");
  CHECK(print({}, "NaN") == "null");
}

TEST_CASE("a default that is no number stands in the schema, with quirks in place of NULL") {
  const Type number = type_of(oid::kFloat8);
  const ColumnSource source{
      .name = {}, .type = number, .default_expression = "'NaN'::double precision"};
  CHECK(form_of(number, source).schema ==
        R"({"type":"double","optional":true,"default":"NaN","field":"c"})");
  CHECK(form_of(number, source).null == "null");
  CHECK(form_of(number, source, quirky()).null == "\"NaN\"");
}

TEST_CASE("with quirks an unchanged value is what the connector makes of it") {
  const Type bits = type_of(oid::kVarbit);
  const ColumnSource source{.name = {}, .type = bits};
  CHECK(form_of(bits, source, quirky()).unchanged == "null");
  CHECK(form_of(bits, source).unchanged == "\"X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==\"");
}
