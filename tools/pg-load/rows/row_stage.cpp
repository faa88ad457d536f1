#include "tools/pg-load/rows/row_stage.hpp"

#include "tools/pg-load/value/codec.hpp"

#include <utility>

namespace cdckit::pg_load {
namespace {

constexpr std::size_t kChunk = 64U << 10U;
constexpr const char* kStageName = "cdckit_stage";

EncoderSettings with_mask(EncoderSettings settings) {
  settings.mask_inactive = true;
  settings.pack = true;
  return settings;
}

std::vector<Codec> codecs_of(const TargetTable& target) {
  std::vector<Codec> codecs;
  for (const Column& column : target.columns) codecs.push_back(column.codec);
  return codecs;
}

}  // namespace

RowStage::RowStage(TargetTable target, EncoderSettings settings)
    : target_(std::move(target)),
      encoder_(target_, with_mask(settings)),
      statements_(target_, kStageName, StageKind::rows) {}

bool RowStage::direct_possible() const {
  return statements_.can_copy_directly(encoder_.active());
}

void RowStage::start(Session& session, bool direct) {
  session_ = &session;
  direct_ = direct;
  copying_ = false;
  keys_.clear();
  facts_ = {};
  // What the type finds equal may differ in its bytes: then the server has to look.
  facts_.duplicates = !direct && !target_.key.empty() && !target_.key_by_bytes();
  buffer_.clear();
  if (!direct) make_table();
}

void RowStage::make_table() {
  const std::vector<Codec> codecs = codecs_of(target_);
  pg::Connection& connection = session_->connection();
  if (table_epoch_ == session_->epoch() && table_codecs_ == codecs) return;
  connection.execute(statements_.drop_stage() + "; " + statements_.create_stage());
  table_epoch_ = session_->epoch();
  table_codecs_ = codecs;
}

void RowStage::index() {
  session_->connection().execute(statements_.index_stage());
  table_epoch_ = 0;
}

void RowStage::open_copy() {
  session_->begin_copy(direct_ ? statements_.copy_into_target(encoder_.active())
                               : statements_.copy_into_stage(encoder_.active()));
  copying_ = true;
  fields_ = 2 + statements_.staged_fields(encoder_.active());
  append_copy_header(buffer_);
}

void RowStage::close_copy() {
  if (!std::exchange(copying_, false)) return;
  append_copy_trailer(buffer_);
  session_->put_copy(buffer_);
  buffer_.clear();
  session_->end_copy();
}

RowStatus RowStage::encode(const StoredLine& line) {
  const std::size_t fields = direct_ ? encoder_.active().size() : fields_;
  append_big_endian(buffer_, static_cast<std::int16_t>(fields));
  if (line.mark == kKeyOnly) {
    append_integer_field(buffer_, -static_cast<std::int64_t>(line.number));
    return encoder_.append_key_only(buffer_);
  }
  if (!direct_) append_integer_field(buffer_, static_cast<std::int64_t>(line.number));
  return encoder_.append(buffer_, !direct_);
}

RowStatus RowStage::add(const StoredLine& line, Scope& scope, ndjson::FoundMembers found) {
  const RowStatus status = read(line, found);
  if (status == RowStatus::bad || status == RowStatus::unknown) return status;
  if (line.mark != kKeyOnly && !scope.holds(encoder_)) return RowStatus::foreign;
  if (status == RowStatus::grown && copying_) {
    close_copy();
    facts_.masked = true;  // the rows before lack the new column
  }
  if (direct_ && !direct_possible()) return RowStatus::recoded;
  if (!copying_) open_copy();
  const std::size_t begin = buffer_.size();
  RowStatus encoded = encode(line);
  // A column's default cannot be asked for in a COPY.
  if (encoded == RowStatus::good && direct_ && encoder_.needs_mask()) encoded = RowStatus::recoded;
  if (encoded != RowStatus::good) {
    buffer_.resize(begin);
    return encoded;
  }
  note(line);
  if (buffer_.size() < kChunk) return RowStatus::good;
  session_->put_copy(buffer_);
  buffer_.clear();
  return RowStatus::good;
}

RowStatus RowStage::read(const StoredLine& line, ndjson::FoundMembers found) {
  if (line.mark != kKeyOnly) return encoder_.read({line.text, found});
  encoder_.clear();
  encoder_.read_key(line.text);
  return RowStatus::good;
}

void RowStage::note(const StoredLine& line) {
  facts_.masked = facts_.masked || encoder_.masked();
  facts_.key_only = facts_.key_only || line.mark == kKeyOnly;
  if (direct_ || facts_.duplicates || target_.key.empty()) return;
  facts_.duplicates =
      keys_.seen(std::string_view(buffer_).substr(encoder_.key().offset, encoder_.key().length));
}

void RowStage::finish() {
  close_copy();
  facts_.active = encoder_.active();
}

void RowStage::drop_copy() noexcept {
  copying_ = false;
  buffer_.clear();
}

}  // namespace cdckit::pg_load
