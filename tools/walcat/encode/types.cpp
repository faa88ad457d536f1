#include "tools/walcat/encode/types.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace cdckit::walcat {
namespace {

struct KnownType {
  std::uint32_t oid;
  TypeForm form;
};

// OIDs are fixed in src/include/catalog/pg_type.dat.
constexpr std::array kKnown{
    KnownType{16, TypeForm::boolean},
    KnownType{17, TypeForm::text},    // bytea
    KnownType{18, TypeForm::text},    // "char"
    KnownType{19, TypeForm::text},    // name
    KnownType{20, TypeForm::number},  // int8
    KnownType{21, TypeForm::number},  // int2
    KnownType{23, TypeForm::number},  // int4
    KnownType{25, TypeForm::text},
    KnownType{26, TypeForm::text},  // oid: row_to_json prints it as a string
    KnownType{114, TypeForm::json},
    KnownType{142, TypeForm::text},  // xml
    KnownType{700, TypeForm::number},
    KnownType{701, TypeForm::number},
    KnownType{790, TypeForm::text},  // money
    KnownType{829, TypeForm::text},  // macaddr
    KnownType{869, TypeForm::text},  // inet
    KnownType{1042, TypeForm::text},
    KnownType{1043, TypeForm::text},
    KnownType{1082, TypeForm::text},  // date: ISO already
    KnownType{1083, TypeForm::text},
    KnownType{1114, TypeForm::timestamp},
    KnownType{1184, TypeForm::timestamptz},
    KnownType{1186, TypeForm::text},
    KnownType{1266, TypeForm::text},
    KnownType{1560, TypeForm::text},
    KnownType{1562, TypeForm::text},
    KnownType{1700, TypeForm::number},
    KnownType{2950, TypeForm::text},  // uuid
    KnownType{3802, TypeForm::jsonb},
};

std::optional<TypeForm> known_form(std::uint32_t oid) noexcept {
  const auto* found = std::lower_bound(
      kKnown.begin(), kKnown.end(), oid, [](const KnownType& type, std::uint32_t value) {
        return type.oid < value;
      });
  if (found == kKnown.end() || found->oid != oid) return std::nullopt;
  return found->form;
}

bool is_character(std::uint32_t oid) noexcept {
  return oid == 19 || oid == 25 || oid == 1042 || oid == 1043;  // name, text, bpchar, varchar
}

constexpr std::uint32_t kInt2Vector = 22;
constexpr std::uint32_t kOidVector = 30;

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
