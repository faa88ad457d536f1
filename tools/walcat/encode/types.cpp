#include "tools/walcat/encode/types.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace cdckit::walcat {
namespace {

struct KnownType {
  std::uint32_t oid;
  TypeForm form;
  std::string_view name;  // format_type()
};

// OIDs are fixed in src/include/catalog/pg_type.dat. row_to_json() prints an oid as a string; a
// date's text is ISO already.
constexpr std::array kKnown{
    KnownType{16, TypeForm::boolean, "boolean"},
    KnownType{17, TypeForm::text, "bytea"},
    KnownType{18, TypeForm::text, "\"char\""},
    KnownType{19, TypeForm::text, "name"},
    KnownType{20, TypeForm::number, "bigint"},
    KnownType{21, TypeForm::number, "smallint"},
    KnownType{23, TypeForm::number, "integer"},
    KnownType{25, TypeForm::text, "text"},
    KnownType{26, TypeForm::text, "oid"},
    KnownType{114, TypeForm::json, "json"},
    KnownType{142, TypeForm::text, "xml"},
    KnownType{700, TypeForm::number, "real"},
    KnownType{701, TypeForm::number, "double precision"},
    KnownType{790, TypeForm::text, "money"},
    KnownType{829, TypeForm::text, "macaddr"},
    KnownType{869, TypeForm::text, "inet"},
    KnownType{1042, TypeForm::text, "character"},
    KnownType{1043, TypeForm::text, "character varying"},
    KnownType{1082, TypeForm::text, "date"},
    KnownType{1083, TypeForm::text, "time without time zone"},
    KnownType{1114, TypeForm::timestamp, "timestamp without time zone"},
    KnownType{1184, TypeForm::timestamptz, "timestamp with time zone"},
    KnownType{1186, TypeForm::text, "interval"},
    KnownType{1266, TypeForm::text, "time with time zone"},
    KnownType{1560, TypeForm::text, "bit"},
    KnownType{1562, TypeForm::text, "bit varying"},
    KnownType{1700, TypeForm::number, "numeric"},
    KnownType{2950, TypeForm::text, "uuid"},
    KnownType{3802, TypeForm::jsonb, "jsonb"},
};

const KnownType* find_known(std::uint32_t oid) noexcept {
  const auto* found = std::lower_bound(
      kKnown.begin(), kKnown.end(), oid, [](const KnownType& type, std::uint32_t value) {
        return type.oid < value;
      });
  return found == kKnown.end() || found->oid != oid ? nullptr : &*found;
}

std::optional<TypeForm> known_form(std::uint32_t oid) noexcept {
  const KnownType* known = find_known(oid);
  if (known == nullptr) return std::nullopt;
  return known->form;
}

bool is_character(std::uint32_t oid) noexcept {
  return oid == 19 || oid == 25 || oid == 1042 || oid == 1043;  // name, text, bpchar, varchar
}

constexpr std::uint32_t kInt2Vector = 22;
constexpr std::uint32_t kOidVector = 30;
constexpr std::uint32_t kNumeric = 1700;
constexpr std::int32_t kModifierOffset = 4;

TypePointer build_from_row(const TypeRow& row, const TypeRows& rows) {
  auto type = std::make_shared<Type>();
  type->oid = row.oid;
  type->character = row.character;
  type->kind = row.kind;
  type->name = row.name;
  type->labels = row.labels;
  if (row.hstore) {
    type->form = TypeForm::hstore;
  } else if (row.element != 0) {
    const bool is_vector = row.oid == kInt2Vector || row.oid == kOidVector;
    type->form = is_vector ? TypeForm::vector : TypeForm::array;
    type->delimiter = is_vector ? ' ' : row.delimiter;
    type->element = build_type(row.element, rows);
  } else if (row.kind == 'c') {
    type->form = TypeForm::composite;
    for (const auto& [name, oid] : row.fields)
      type->fields.push_back({name, build_type(oid, rows)});
  }
  return type;
}

// The base type, with the modifier that the outermost domain to have one brings along.
TypePointer build_domain(const TypeRow& row, const TypeRows& rows) {
  auto type = std::make_shared<Type>(*build_type(row.base, rows));
  type->domain = true;
  if (row.modifier >= 0) type->modifier = row.modifier;
  return type;
}

}  // namespace

std::string base_name(const Type& type) {
  if (!type.domain) return {};
  const KnownType* known = find_known(type.oid);
  if (known == nullptr) return {};
  std::string name(known->name);
  if (type.oid != kNumeric || type.modifier < kModifierOffset) return name;
  // precision in the upper half; the scale has 11 bits and a sign
  const std::int32_t digits = type.modifier - kModifierOffset;
  const std::int32_t scale = ((digits & 0x7FF) ^ 0x400) - 0x400;
  return name + "(" + std::to_string((digits >> 16) & 0xFFFF) + "," + std::to_string(scale) + ")";
}

bool is_known_scalar(std::uint32_t oid) noexcept {
  return known_form(oid).has_value();
}

TypePointer build_type(std::uint32_t oid, const TypeRows& rows) {
  if (const auto form = known_form(oid)) {
    auto type = std::make_shared<Type>();
    type->oid = oid;
    type->form = *form;
    type->character = is_character(oid);
    return type;
  }
  const auto row = rows.find(oid);
  if (row == rows.end()) {
    auto type = std::make_shared<Type>();
    type->oid = oid;
    return type;
  }
  if (row->second.kind == 'd') return build_domain(row->second, rows);
  return build_from_row(row->second, rows);
}

}  // namespace cdckit::walcat
