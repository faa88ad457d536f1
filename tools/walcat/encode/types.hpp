// What a column's type is made of, as far as an encoding needs it: domains are looked through,
// arrays, composites and hstore keep their parts. Immutable once built; shared between columns.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cdckit::walcat {

// How row_to_json() treats a value of the type (json_categorize_type in PostgreSQL's json.c).
enum class TypeForm {
  text,  // a JSON string of the output text
  number,
  boolean,
  timestamp,
  timestamptz,
  json,  // json keeps its own line breaks
  jsonb,
  array,
  vector,  // int2vector, oidvector: an array whose text has blanks between the elements
  composite,
  hstore,
};

struct Type;
using TypePointer = std::shared_ptr<const Type>;

struct TypeField {
  std::string name;
  TypePointer type;
};

struct Type {
  std::uint32_t oid = 0;  // behind all domains
  TypeForm form = TypeForm::text;
  bool character = false;                // of the string category: any text is a value
  char kind = 'b';                       // typtype; e is an enum
  std::string name = {};                 // typname, unless the OID says all
  std::vector<std::string> labels = {};  // enum, in their order
  std::int32_t modifier = -1;            // that a domain brings along
  char delimiter = ',';                  // array: between the elements
  TypePointer element;                   // array, vector
  std::vector<TypeField> fields;         // composite
  bool domain = false;                   // stands behind one
};

// One row of pg_type and what hangs on it, as the catalog gives it.
struct TypeRow {
  std::uint32_t oid = 0;
  char kind = 'b';            // typtype
  std::uint32_t base = 0;     // domain
  std::uint32_t element = 0;  // true array
  char delimiter = ',';       // of the element
  bool character = false;     // typcategory S
  bool hstore = false;        // its cast to json is hstore_to_json
  std::vector<std::pair<std::string, std::uint32_t>> fields = {};  // composite
  std::string name = {};
  std::int32_t modifier = -1;            // domain
  std::vector<std::string> labels = {};  // enum
};
using TypeRows = std::map<std::uint32_t, TypeRow>;

// Of a domain over a built-in scalar that type's name as format_type() prints it, with a precision
// where it is numeric; else empty.
std::string base_name(const Type& type);
// True for types that need no look into the catalog.
bool is_known_scalar(std::uint32_t oid) noexcept;
// An OID that is neither known nor in `rows` (dropped meanwhile) is taken as text.
TypePointer build_type(std::uint32_t oid, const TypeRows& rows);

}  // namespace cdckit::walcat
