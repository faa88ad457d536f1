#include "tools/walcat/line/data_line.hpp"

#include "common/base/base64.hpp"
#include "common/base/clock.hpp"
#include "common/base/hex.hpp"
#include "common/base/number_text.hpp"
#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"
#include "tools/walcat/pretty/pretty_line.hpp"

namespace cdckit::walcat {
namespace {

// With sv a literal is appended without counting its bytes again in each line.
using namespace std::string_view_literals;

using base::append_number;

void append_number_or_null(std::string& out, std::uint64_t value) {
  if (value == 0) {
    out += "null";
  } else {
    append_number(out, value);
  }
}

// One number printed at three resolutions: milliseconds and microseconds are its first digits.
void append_event_time(std::string& out) {
  char digits[base::kNumberRoom];
  const auto now = static_cast<std::uint64_t>(base::unix_nanoseconds());
  const auto length = static_cast<std::size_t>(base::write_number(digits, now) - digits);
  out += ",\"ts_ms\":"sv;
  out.append(digits, length - 6);
  out += ",\"ts_us\":"sv;
  out.append(digits, length - 3);
  out += ",\"ts_ns\":"sv;
  out.append(digits, length);
}

std::string message_content(const MessageForm& form, std::string_view content) {
  if (form.hex_content) return base::to_hex(content);
  std::string out;
  base::append_base64(
      out, content, form.url_safe_content ? base::Base64::url_safe : base::Base64::standard);
  return out;
}

}  // namespace

DataLine::DataLine(const SourceIdentity& identity, MessageForm message_form)
    : message_form_(std::move(message_form)) {
  if (identity.pretty) pretty_ = std::make_shared<PrettyLine>(identity.color);
  constant_head_ =
      ",\"source\":{\"version\":\"" CDCKIT_VERSION "\",\"connector\":\"postgresql\",\"name\":";
  ndjson::append_string(constant_head_, identity.name);
  constant_head_ += ",\"ts_ms\":";
  database_part_ = ",\"db\":";
  ndjson::append_string(database_part_, identity.database);
  database_part_ += ",\"sequence\":\"[";
}

void DataLine::set_context(const LineContext& context) {
  if (pretty_ != nullptr) return pretty_->set_context(context);
  position_head_ = "{\"pos\":\"" + base::hex16(context.pos_lsn) + "/";
  const auto milliseconds = std::to_string(context.unix_us / 1000);
  const auto microseconds = std::to_string(context.unix_us);
  source_head_ = constant_head_ + milliseconds + ",\"snapshot\":\"" +
                 std::string(context.snapshot) + "\"" + database_part_;
  if (context.last_commit == 0) {
    source_head_ += "null,\\\"";
  } else {
    source_head_ += "\\\"" + std::to_string(context.last_commit) + "\\\",\\\"";
  }
  source_middle_ =
      "\\\"]\",\"ts_us\":" + microseconds + ",\"ts_ns\":" + std::to_string(context.unix_us * 1000);
  source_xid_.clear();
  append_number_or_null(source_xid_, context.xid);
  source_xid_ += ",\"lsn\":";
  lsn_is_null_ = context.lsn_is_null;
  source_tail_ = ",\"xmin\":null,\"origin\":";
  if (context.origin.empty()) {
    source_tail_ += "null,\"origin_lsn\":null}";
  } else {
    ndjson::append_string(source_tail_, context.origin);
    source_tail_ += ",\"origin_lsn\":" + std::to_string(context.origin_lsn) + "}";
  }
}

void DataLine::append_head(std::string& out, std::uint64_t ordinal) const {
  out += position_head_;
  base::append_hex16(out, ordinal);
  out += "\",\"key\":"sv;
}

void DataLine::append_source(std::string& out,
                             std::string_view table_part,
                             std::uint64_t lsn) const {
  out += source_head_;
  append_number(out, lsn);
  out += source_middle_;
  out += table_part;
  out += source_xid_;
  append_number_or_null(out, lsn_is_null_ ? 0 : lsn);
  out += source_tail_;
}

void DataLine::append(std::string& out, const Row& row) const {
  if (pretty_ != nullptr) return pretty_->append(out, row);
  const Table& table = *row.table;
  append_head(out, row.ordinal);
  if (row.key_values.empty()) {
    out += "null"sv;
  } else {
    append_key(out, table, row.key_values);
  }
  if (!row.old_key.empty()) {
    out += ",\"old_key\":"sv;
    append_bare_key(out, table, row.old_key);
  }
  if (!row.new_key.empty()) {
    out += ",\"new_key\":"sv;
    append_bare_key(out, table, row.new_key);
  }
  out += table.value_head;
  if (row.before.empty()) {
    out += "null"sv;
  } else if (row.before_is_key) {
    append_old_key_row(out, table, row.before);
  } else {
    append_row(out, table, row.before);
  }
  out += ",\"after\":"sv;
  const bool has_after = row.op != 'd' && row.op != 't';
  if (row.after.empty() && !(has_after && table.columns.empty())) {
    out += "null"sv;
  } else {
    append_row(out, table, row.after);
  }
  append_source(out, table.source_part, row.lsn);
  out += ",\"transaction\":"sv;
  out += row.transaction;
  out += ",\"op\":\""sv;
  out += row.op;
  out += '"';
  append_event_time(out);
  append_unchanged(out, table, row.after);
  out += table.line_tail;
}

// Debezium's order: op, ts_ms, source, transaction, message; content in base64.
void DataLine::append_message(std::string& out,
                              const Row& row,
                              std::string_view prefix,
                              std::string_view content) const {
  if (pretty_ != nullptr) return pretty_->append_message(out, row.lsn, prefix, content);
  append_head(out, row.ordinal);
  out += message_form_.key_head;
  out += "{\"prefix\":";
  ndjson::append_string(out, prefix);
  out += '}';
  out += message_form_.key_tail;
  out += message_form_.value_head;
  out += "\"m\",\"ts_ms\":";
  append_number(out, static_cast<std::uint64_t>(base::unix_milliseconds()));
  append_source(out, ",\"schema\":\"\",\"table\":\"\",\"txId\":", row.lsn);
  out += ",\"transaction\":";
  out += row.transaction;
  out += ",\"message\":{\"prefix\":";
  ndjson::append_string(out, prefix);
  out += ",\"content\":\"" + message_content(message_form_, content) + "\"}";
  out += message_form_.line_tail;
}

}  // namespace cdckit::walcat
