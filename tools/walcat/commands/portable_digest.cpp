#include "tools/walcat/commands/portable_digest.hpp"

#include "common/base/hex.hpp"
#include "common/base/md5.hpp"
#include "common/base/text.hpp"
#include "common/ndjson/canonical.hpp"
#include "tools/walcat/encode/plain.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>
#include <utility>

namespace cdckit::walcat {
namespace {

constexpr std::string_view kNull = "\\N";

// What each_row() keeps of a row.
struct Kept {
  unsigned bucket = 0;
  std::string key_hash;
  std::string key;
  std::string digest;

  [[nodiscard]] pg::RowDigest view() const { return {bucket, key_hash, key, digest}; }
};

unsigned bucket_of(const base::Md5& key, unsigned buckets) noexcept {
  return static_cast<unsigned>((base::md5_half(key, 0) >> 32U) % buckets);
}

bool is_float(std::string_view type) noexcept {
  return type == "float4" || type == "float8";
}

bool is_document(TypeForm form) noexcept {
  switch (form) {
    case TypeForm::json:
    case TypeForm::jsonb:
    case TypeForm::array:
    case TypeForm::vector:
    case TypeForm::composite:
    case TypeForm::hstore:
      return true;
    default:
      return false;
  }
}

void append_float(std::string& out, std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool finite = !text.empty() && text.back() >= '0' && text.back() <= '9';
  if (finite && error == std::errc{}) {
    ndjson::append_canonical_number(out, number);
  } else {
    out += text;  // NaN, Infinity
  }
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char letter : text) {
    if (letter == '\\' || letter == ',') out += '\\';
    out += letter;
  }
}

pg::DigestTable with_raw_columns(pg::DigestTable table) {
  for (auto& column : table.columns) column.raw = !is_portable_in_sql(column.type);
  table.portable = true;
  return table;
}

}  // namespace

bool is_portable_in_sql(std::string_view type) noexcept {
  const bool text = type == "text" || type == "varchar";
  return text || (pg::is_bare_type(type) && !is_float(type));
}

bool append_portable(std::string& out,
                     std::string_view text,
                     const pg::DigestColumn& column,
                     const Codec& codec) {
  if (is_float(column.type)) {
    append_float(out, text);
    return true;
  }
  if (!is_document(codec.form)) {
    out += text;
    return true;
  }
  std::string json;
  codec.append(json, text, codec);
  const auto begin = out.size();
  ndjson::append_canonical(out, json);
  if (out.compare(begin, std::string::npos, "null") != 0) return true;
  out.resize(begin);
  return false;
}

PortableDigest::PortableDigest(pg::Connection& connection,
                               pg::DigestTable table,
                               const TypesByColumn& types)
    : connection_(connection), table_(with_raw_columns(std::move(table))) {
  for (const auto& column : table_.columns) {
    codecs_.push_back(column.raw ? PlainEncoding::compile(*types.at(column.name)) : Codec{});
    const bool in_key =
        std::find(table_.key.begin(), table_.key.end(), column.name) != table_.key.end();
    in_key_.push_back(in_key || table_.key.empty());
  }
}

bool PortableDigest::raw() const noexcept {
  return std::any_of(
      table_.columns.begin(), table_.columns.end(), [](const auto& column) { return column.raw; });
}

// The texts of the row at hand: of all columns, and of those of the key.
void PortableDigest::read_row(const pg::Result& row) {
  row_.clear();
  key_.clear();
  bool first_of_key = true;
  for (std::size_t i = 0; i < table_.columns.size(); ++i) {
    if (i > 0) row_ += ',';
    const auto begin = row_.size();
    append_value(row, i);
    if (!in_key_[i]) continue;
    if (!std::exchange(first_of_key, false)) key_ += ',';
    key_.append(row_, begin);
  }
}

void PortableDigest::append_value(const pg::Result& row, std::size_t column) {
  const int at = static_cast<int>(column);
  if (!table_.columns[column].raw) {
    row_ += row.at(0, at);
    return;
  }
  text_.clear();
  if (!row.is_null(0, at) &&
      append_portable(text_, row.at(0, at), table_.columns[column], codecs_[column])) {
    append_escaped(row_, text_);
  } else {
    row_ += kNull;
  }
}

std::vector<pg::DigestBucket> PortableDigest::buckets(unsigned count) {
  if (!raw()) return pg::bucket_digests(connection_, table_, count);
  std::vector<pg::DigestBucket> out(count);
  std::vector<std::array<std::uint64_t, 2>> sums(count);
  connection_.each_row(pg::value_statement(table_, count, false), [&](const pg::Result& row) {
    read_row(row);
    const base::Md5 digest = base::md5(row_);
    const unsigned bucket = bucket_of(base::md5(key_), count);
    ++out[bucket].rows;
    for (std::size_t half = 0; half < 2; ++half) sums[bucket][half] += base::md5_half(digest, half);
  });
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i].digest = base::to_lower(base::hex16(sums[i][0]) + base::hex16(sums[i][1]));
  return out;
}

void PortableDigest::each_row(unsigned buckets,
                              const std::function<void(const pg::RowDigest&)>& visit) {
  if (!raw()) {
    pg::RowDigests rows(connection_, table_, buckets);
    for (pg::RowDigest row; rows.next(row);) visit(row);
    return;
  }
  const bool ordered = pg::orders_on_server(table_);
  std::vector<Kept> kept;
  const int key_column = static_cast<int>(table_.columns.size());
  connection_.each_row(pg::value_statement(table_, buckets, true), [&](const pg::Result& row) {
    read_row(row);
    const base::Md5 key = base::md5(key_);
    Kept one{bucket_of(key, buckets),
             base::to_hex({key.data(), key.size()}),
             std::string(row.at(0, key_column)),
             {}};
    const base::Md5 digest = base::md5(row_);
    base::append_hex(one.digest, {digest.data(), digest.size()});
    if (ordered) {
      visit(one.view());
    } else {
      kept.push_back(std::move(one));
    }
  });
  std::sort(kept.begin(), kept.end(), [](const Kept& left, const Kept& right) {
    return std::tie(left.bucket, left.key_hash) < std::tie(right.bucket, right.key_hash);
  });
  for (const Kept& one : kept) visit(one.view());
}

}  // namespace cdckit::walcat
