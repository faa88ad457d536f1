#include "tools/snow-put/rows/source_type.hpp"

#include "common/base/text.hpp"
#include "common/snow/identifiers.hpp"

namespace cdckit::snow_put {
namespace {

using debezium::ColumnFacts;
using debezium::Decoding;
using debezium::Form;
using snow::TypeFamily;

constexpr std::int64_t kFinest = 9;

// TIME(3) -> 3
std::int64_t fraction_digits(const std::string& type) {
  const std::size_t open = type.find('(');
  if (open == std::string::npos) return kFinest;
  return base::parse_signed(type.substr(open + 1, type.find(')') - open - 1)).value_or(kFinest);
}

std::string moment(const char* name, const std::string& type) {
  return name + std::string(fraction_digits(type) <= 3 ? "(3)" : "") + " without time zone";
}

ColumnFacts with(const std::string& type, Decoding how) {
  return {type, std::move(how), debezium::plain_check(type)};
}

}  // namespace

std::optional<ColumnFacts> source_facts(const snow::TableDescription& table,
                                        const std::string& column,
                                        debezium::Binary binary) {
  const snow::TableColumn* found = table.find(snow::column_name(column));
  if (found == nullptr) return std::nullopt;
  const snow::ColumnType& type = found->parsed;
  switch (type.family) {
    case TypeFamily::number:
      return with(
          "numeric(" + std::to_string(type.precision) + "," + std::to_string(type.scale) + ")",
          {.form = Form::any_number, .scale = type.scale});
    case TypeFamily::text:
      return with("text", {.form = Form::any_text});
    case TypeFamily::variant:
      return ColumnFacts{std::string(debezium::kAnyDocument),
                         {.form = Form::json},
                         debezium::plain_check("jsonb")};
    case TypeFamily::date:
      return facts_of("date", binary);
    case TypeFamily::time:
      return facts_of(moment("time", found->type), binary);
    case TypeFamily::timestamp:
      return facts_of(moment("timestamp", found->type), binary);
    case TypeFamily::timestamp_zone:
      return facts_of("timestamp with time zone", binary);
    case TypeFamily::binary:
      return facts_of("bytea", binary);
    case TypeFamily::boolean:
      return facts_of("boolean", binary);
    case TypeFamily::real:
      return facts_of("double precision", binary);
    case TypeFamily::other:
      break;
  }
  return with("", {.form = Form::unknown});
}

}  // namespace cdckit::snow_put
