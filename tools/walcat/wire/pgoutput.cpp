#include "tools/walcat/wire/pgoutput.hpp"

#include "common/base/error.hpp"

#include <cstring>
#include <string>

namespace cdckit::walcat {
namespace {

[[noreturn]] void refuse(const std::string& why) {
  throw base::Error(base::ErrorKind::protocol, "could not decode a pgoutput message: " + why);
}

}  // namespace

class PgoutputDecoder::Cursor {
 public:
  explicit Cursor(std::string_view bytes) noexcept
      : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  template <class T>
  T number() {
    need(sizeof(T));
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      value = value << 8U | static_cast<unsigned char>(at_[i]);
    }
    at_ += sizeof(T);
    return static_cast<T>(value);
  }

  char byte() {
    need(1);
    return *at_++;
  }

  std::string_view text() {
    const auto* zero = static_cast<const char*>(std::memchr(at_, 0, left()));
    if (zero == nullptr) refuse("a name has no end");
    const std::string_view out(at_, static_cast<std::size_t>(zero - at_));
    at_ = zero + 1;
    return out;
  }

  std::string_view block(std::size_t size) {
    need(size);
    const std::string_view out(at_, size);
    at_ += size;
    return out;
  }

  [[nodiscard]] std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }

 private:
  void need(std::size_t size) const {
    if (left() < size) refuse("it ends too early");
  }
  const char* at_;
  const char* end_;
};

const Message& PgoutputDecoder::decode(std::string_view bytes) {
  Cursor cursor(bytes);
  message_.kind = cursor.byte();
  switch (message_.kind) {
    case 'I':
    case 'U':
    case 'D':
      decode_row(cursor);
      break;
    case 'B':
    case 'C':
      decode_transaction(cursor);
      break;
    case 'R':
      decode_relation(cursor);
      break;
    case 'Y':
    case 'T':
    case 'M':
    case 'O':
      decode_other(cursor);
      break;
    case 'S':
    case 'E':
    case 'c':
    case 'A':
      decode_streamed(cursor);
      break;
    case 'b':
    case 'P':
    case 'K':
    case 'r':
    case 'p':
      decode_two_phase(cursor);
      break;
    default:
      refuse(std::string("its type '") + message_.kind + "' is not known");
  }
  // Stream Abort grew two members with protocol 4; nothing else may be longer than described.
  if (cursor.left() != 0 && message_.kind != 'A') refuse("it is too long");
  return message_;
}

// Begin, Commit
void PgoutputDecoder::decode_transaction(Cursor& cursor) {
  if (message_.kind == 'B') {
    message_.lsn = cursor.number<std::uint64_t>();
    message_.time = cursor.number<std::int64_t>();
    message_.xid = cursor.number<std::uint32_t>();
    return;
  }
  message_.flags = cursor.number<std::uint8_t>();
  message_.lsn = cursor.number<std::uint64_t>();
  message_.end_lsn = cursor.number<std::uint64_t>();
  message_.time = cursor.number<std::int64_t>();
}

// Begin Prepare, Prepare, Commit Prepared, Rollback Prepared, Stream Prepare
void PgoutputDecoder::decode_two_phase(Cursor& cursor) {
  if (message_.kind != 'b') message_.flags = cursor.number<std::uint8_t>();
  message_.lsn = cursor.number<std::uint64_t>();
  message_.end_lsn = cursor.number<std::uint64_t>();
  message_.time = cursor.number<std::int64_t>();
  if (message_.kind == 'r') message_.time = cursor.number<std::int64_t>();  // of the rollback
  message_.xid = cursor.number<std::uint32_t>();
  message_.name = cursor.text();
}

// Stream Start, Stream Stop, Stream Commit, Stream Abort
void PgoutputDecoder::decode_streamed(Cursor& cursor) {
  if (message_.kind == 'E') {
    streaming_ = false;
    return;
  }
  message_.xid = cursor.number<std::uint32_t>();
  if (message_.kind == 'S') {
    message_.flags = cursor.number<std::uint8_t>();
    streaming_ = true;
  } else if (message_.kind == 'A') {
    message_.subxid = cursor.number<std::uint32_t>();
  } else {
    message_.flags = cursor.number<std::uint8_t>();
    message_.lsn = cursor.number<std::uint64_t>();
    message_.end_lsn = cursor.number<std::uint64_t>();
    message_.time = cursor.number<std::int64_t>();
  }
}

void PgoutputDecoder::decode_relation(Cursor& cursor) {
  if (streaming_) message_.xid = cursor.number<std::uint32_t>();
  message_.relation = cursor.number<std::uint32_t>();
  message_.schema = cursor.text();
  message_.name = cursor.text();
  message_.identity = cursor.byte();
  const auto count = cursor.number<std::uint16_t>();
  message_.columns.clear();
  for (unsigned i = 0; i < count; ++i) {
    RelationColumn& column = message_.columns.emplace_back();
    column.key = (cursor.number<std::uint8_t>() & 1U) != 0;
    column.name = cursor.text();
    column.type = cursor.number<std::uint32_t>();
    column.modifier = cursor.number<std::int32_t>();
  }
}

// Insert, Update, Delete
void PgoutputDecoder::decode_row(Cursor& cursor) {
  if (streaming_) message_.xid = cursor.number<std::uint32_t>();
  message_.relation = cursor.number<std::uint32_t>();
  message_.old_kind = 0;
  char part = cursor.byte();
  if (message_.kind != 'I' && (part == 'K' || part == 'O')) {
    message_.old_kind = part;
    read_tuple(cursor, message_.old_values);
    if (message_.kind == 'D') return;
    part = cursor.byte();
  }
  if (part != 'N' || message_.kind == 'D') refuse("a row is missing");
  read_tuple(cursor, message_.new_values);
}

void PgoutputDecoder::read_tuple(Cursor& cursor, std::vector<Value>& values) {
  const auto count = cursor.number<std::uint16_t>();
  values.resize(count);
  for (Value& value : values) {
    value.kind = cursor.byte();
    value.bytes = {};
    if (value.kind == 't' || value.kind == 'b') {
      value.bytes = cursor.block(cursor.number<std::uint32_t>());
    } else if (value.kind != 'n' && value.kind != 'u') {
      refuse("a column is of unknown kind");
    }
  }
}

// Type, Truncate, Message, Origin
void PgoutputDecoder::decode_other(Cursor& cursor) {
  if (message_.kind == 'O') {
    message_.lsn = cursor.number<std::uint64_t>();
    message_.name = cursor.text();
    return;
  }
  if (streaming_) message_.xid = cursor.number<std::uint32_t>();
  if (message_.kind == 'Y') {
    message_.relation = cursor.number<std::uint32_t>();
    message_.schema = cursor.text();
    message_.name = cursor.text();
  } else if (message_.kind == 'T') {
    const auto count = cursor.number<std::uint32_t>();
    message_.flags = cursor.number<std::uint8_t>();
    message_.relations.clear();
    for (std::uint32_t i = 0; i < count; ++i) {
      message_.relations.push_back(cursor.number<std::uint32_t>());
    }
  } else {
    message_.flags = cursor.number<std::uint8_t>();
    message_.lsn = cursor.number<std::uint64_t>();
    message_.name = cursor.text();
    message_.content = cursor.block(cursor.number<std::uint32_t>());
  }
}

}  // namespace cdckit::walcat
