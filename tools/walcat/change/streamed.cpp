#include "tools/walcat/change/streamed.hpp"

#include "common/base/error.hpp"

namespace cdckit::walcat {
namespace {

// Messages inside a block begin with their type and the xid of their (sub)transaction; rows and
// relations go on with the relation.
std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  if (bytes.size() < at + 4) {
    throw base::Error(base::ErrorKind::protocol,
                      "could not decode a pgoutput message: it ends too early");
  }
  std::uint32_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    value = value << 8U | static_cast<unsigned char>(bytes[i]);
  }
  return value;
}
constexpr std::size_t kXid = 1;
constexpr std::size_t kRelation = 5;

}  // namespace

void StreamedTransactions::control(const Message& message) {
  switch (message.kind) {
    case 'S':
      spool_.open(message.xid);
      in_block_ = true;
      break;
    case 'E':
      spool_.close();
      in_block_ = false;
      break;
    default:
      spool_.abort(message.xid, message.subxid);
  }
}

void StreamedTransactions::keep(std::uint64_t start, std::string_view bytes) {
  spool_.append({start, bytes});
}

bool StreamedTransactions::commit(const Message& message, std::string& out, const GoOn& go_on) {
  SpoolReader reader = spool_.take(message.xid);
  reader_ = &reader;
  decoder_.set_streaming(true);
  origin_bytes_.clear();
  unsure_relations_.clear();
  begun_ = false;
  begin_ = Message{};
  begin_.kind = 'B';
  begin_.xid = message.xid;
  begin_.lsn = message.lsn;
  begin_.time = message.time;
  SpooledMessage spooled;
  while (reader.next(spooled)) {
    replay(spooled, out);
    if (!go_on()) return false;
  }
  // without changes the server would not have sent it either
  if (!begun_) return true;
  Message end = begin_;
  end.kind = 'C';
  end.end_lsn = message.end_lsn;
  changes_.apply(end, message.end_lsn, out);
  return true;
}

void StreamedTransactions::replay(const SpooledMessage& message, std::string& out) {
  switch (message.bytes.front()) {
    case 'O':
      origin_bytes_ = message.bytes;
      return;
    case 'R':
      replay_relation(message, out);
      return;
    case 'Y':  // what a type is called does not depend on who came to need it
      changes_.apply(decoder_.decode(message.bytes), message.start, out);
      return;
    default:
      break;
  }
  if (reader_->is_aborted(number_at(message.bytes, kXid))) return;
  begin_once(out);
  if (!unsure_relations_.empty()) announce(message, out);
  changes_.apply(decoder_.decode(message.bytes), message.start, out);
}

// A relation is announced once in a transaction, by whichever subtransaction meets it first: a
// rollback of that one does not take it back.
void StreamedTransactions::replay_relation(const SpooledMessage& message, std::string& out) {
  const auto oid = number_at(message.bytes, kRelation);
  if (reader_->is_aborted(number_at(message.bytes, kXid))) {
    unsure_relations_[oid] = message.bytes;
    return;
  }
  unsure_relations_.erase(oid);
  begin_once(out);  // whoever looks up its key asks by transaction
  changes_.apply(decoder_.decode(message.bytes), message.start, out);
}

void StreamedTransactions::announce(const SpooledMessage& message, std::string& out) {
  const char kind = message.bytes.front();
  if (kind == 'T') {  // of several relations
    for (const auto& [oid, bytes] : unsure_relations_) {
      changes_.apply(decoder_.decode(bytes), message.start, out);
    }
    unsure_relations_.clear();
    return;
  }
  if (kind == 'M') return;
  const auto found = unsure_relations_.find(number_at(message.bytes, kRelation));
  if (found == unsure_relations_.end()) return;
  changes_.apply(decoder_.decode(found->second), message.start, out);
  unsure_relations_.erase(found);
}

void StreamedTransactions::begin_once(std::string& out) {
  if (begun_) return;
  begun_ = true;
  changes_.apply(begin_, begin_.lsn, out);
  if (!origin_bytes_.empty()) changes_.apply(decoder_.decode(origin_bytes_), 0, out);
}

}  // namespace cdckit::walcat
