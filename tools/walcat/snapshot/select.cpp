#include "tools/walcat/snapshot/select.hpp"

namespace cdckit::walcat {
namespace {

// The output function and no cast: `inet::text` says more than an inet prints, casts can be
// anybody's.
std::string as_text(const std::string& column, const OutputFunction& function) {
  // format() calls the output function whatever it was declared for, but shows NULL as nothing. A
  // row of NULLs is no NULL: IS NULL would say so.
  if (function.name.empty()) {
    return "CASE WHEN " + column + " IS DISTINCT FROM NULL THEN pg_catalog.format('%s', " + column +
           ") END";
  }
  const std::string value = function.base.empty() ? column : column + "::" + function.base;
  return "pg_catalog.textin(" + function.name + "(" + value + "))";
}

std::string tid(std::uint64_t block) {
  return "'(" + std::to_string(block) + ",0)'::pg_catalog.tid";
}

}  // namespace

TableSelect select_of(const PublishedTable& source, const OutputFunctions& functions) {
  TableSelect select;
  // a plain table's children are published for themselves
  select.from = (source.partitioned ? "" : "ONLY ") +
                pg::quote_name(source.relation.schema, source.relation.table);
  select.plain = !source.partitioned && !source.generated;  // of neither COPY reads all
  for (const auto& column : source.relation.columns) {
    std::string text = pg::quote_identifier(column.name);
    const auto form = pg::binary_form(column.type);
    if (!form) {
      text = as_text(text, functions.at(column.type));
      select.plain = false;
    }
    select.columns += (select.columns.empty() ? "" : ", ") + text;
    select.forms.push_back(form.value_or(pg::BinaryForm::text));
  }
  if (!source.condition.empty()) select.filters.push_back(source.condition);
  return select;
}

TableSelect select_leaf(const PublishedTable& root,
                        const LeafName& leaf,
                        const OutputFunctions& functions,
                        std::vector<std::string> filters) {
  PublishedTable source = root;
  source.partitioned = false;
  source.relation.schema = leaf.schema;
  source.relation.table = leaf.table;
  TableSelect select = select_of(source, functions);
  select.filters = std::move(filters);
  if (leaf.foreign) select.plain = false;
  if (!select.filters.empty()) {
    select.from += " AS " + pg::quote_identifier(root.relation.table);
  }
  return select;
}

std::string select_statement(const TableSelect& select, const std::string& what) {
  std::string where;
  for (const auto& filter : select.filters) {
    where += (where.empty() ? " WHERE (" : " AND (") + filter + ")";
  }
  return "SELECT " + what + " FROM " + select.from + where;
}

std::string copy_statement(const TableSelect& select, const BlockRange& range) {
  TableSelect part = select;
  if (range.first > 0) part.filters.push_back("ctid >= " + tid(range.first));
  if (range.last) part.filters.push_back("ctid < " + tid(*range.last));
  if (part.plain && part.filters.empty()) {
    return "COPY " + part.from.substr(std::string_view("ONLY ").size()) + " (" + part.columns +
           ") TO STDOUT (FORMAT binary)";
  }
  return "COPY (" + select_statement(part, part.columns) + ") TO STDOUT (FORMAT binary)";
}

}  // namespace cdckit::walcat
