#include "tools/kcat-cdc/consume/mark_book.hpp"

#include "common/ack/ack_record.hpp"
#include "common/base/error.hpp"
#include "common/base/hex.hpp"
#include "common/base/text.hpp"
#include "common/io/file_descriptor.hpp"
#include "common/io/locked_file.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/text.hpp"
#include "common/ndjson/validator.hpp"

#include <array>
#include <limits>
#include <optional>
#include <utility>

namespace cdckit::kcat_cdc {

namespace {

constexpr std::size_t kParts = 5;  // topic, partition, offset, timestamp, hash

std::string text_of(std::string_view token) {
  std::string out;
  if (token.starts_with('"')) ndjson::append_unescaped(out, token);
  return out;
}

// One of the list; false when it is none.
bool read_mark(std::string_view list, Marks& marks) {
  if (!list.starts_with('[')) return false;
  std::array<std::string_view, kParts> parts;
  std::size_t count = 0;
  ndjson::ArrayCursor cursor(list);
  for (std::string_view part; cursor.next(part); ++count) {
    if (count < kParts) parts[count] = part;
  }
  if (count != kParts) return false;
  const auto number = base::parse_unsigned(parts[1]);
  const auto offset = base::parse_signed(parts[2]);
  const auto timestamp = base::parse_signed(parts[3]);
  const auto hash = base::parse_hex(text_of(parts[4]));
  const bool good = number && *number <= std::numeric_limits<std::int32_t>::max() && offset &&
                    *offset >= 0 && timestamp && hash;
  if (!good) return false;
  marks[{text_of(parts[0]), static_cast<std::int32_t>(*number)}] = {*offset, *timestamp, *hash};
  return true;
}

}  // namespace

std::string format_marks(const Marks& marks, const std::string& source_json) {
  std::string out = R"({"v":1,"source":)" + source_json + R"(,"marks":[)";
  for (const auto& [partition, mark] : marks) {
    out += out.back() == '[' ? "[" : ",[";
    ndjson::append_string(out, partition.topic);
    out += ',' + std::to_string(partition.number) + ',' + std::to_string(mark.offset) + ',' +
           std::to_string(mark.timestamp_ms) + ",\"" + base::hex16(mark.hash) + "\"]";
  }
  return out + "]}\n";
}

Marks parse_marks(std::string_view text, const std::string& source_json) {
  text = base::trim(text);
  if (ndjson::Validator().check_object(text, false) != nullptr) return {};
  if (ndjson::find_member(text, "v") != "1") return {};
  const std::string_view source = ndjson::find_member(text, "source");
  const std::string_view list = ndjson::find_member(text, "marks");
  if (source.empty() || !list.starts_with('[') || !ack::same_source(source, source_json)) return {};
  Marks out;
  ndjson::ArrayCursor cursor(list);
  for (std::string_view mark; cursor.next(mark);) {
    if (!read_mark(mark, out)) return {};
  }
  return out;
}

void MarkBook::open(std::string path, std::string source_json) {
  path_ = std::move(path);
  source_ = std::move(source_json);
  try {
    marks_ = parse_marks(io::read_file(path_), source_);
  } catch (const base::Error& error) {
    log::debug(error.what());  // there is none yet
  }
}

Mark MarkBook::of(const kafka::Partition& partition) const {
  const auto found = marks_.find(partition);
  return found == marks_.end() ? Mark{} : found->second;
}

void MarkBook::keep(Progress& progress, Time now) {
  if (path_.empty() || now - looked_ < kLookEvery) return;
  looked_ = now;
  if (take(progress) || now - written_ >= kSeldom) write(now);
}

void MarkBook::keep_last(Progress& progress) {
  if (path_.empty()) return;
  (void)take(progress);
  if (!marks_.empty()) write(written_);
}

// One that is being proved is of the topic that was.
bool MarkBook::take(Progress& progress) {
  bool first = false;
  progress.for_each([&](const PartitionProgress& at) {
    if (at.mark.offset < 0 || at.proof != Proof::none) return;
    first = marks_.insert_or_assign(at.partition, at.mark).second || first;
  });
  return first;
}

void MarkBook::write(Time now) {
  written_ = now;
  try {
    io::replace_file(path_, format_marks(marks_, source_), true);
  } catch (const base::Error& error) {
    if (!std::exchange(said_, true)) log::info(error.what());
  }
}

}  // namespace cdckit::kcat_cdc
