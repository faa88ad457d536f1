// walcat: a recorded pgoutput stream, message by message, to lines.
#include "common/base/text.hpp"
#include "common/io/file_descriptor.hpp"
#include "tests/bench/instructions/work.hpp"
#include "tools/walcat/change/changes.hpp"
#include "tools/walcat/debezium/make_encoding.hpp"
#include "tools/walcat/wire/pgoutput.hpp"

#include <vector>

namespace cdckit::bench {
namespace {

using namespace cdckit::walcat;

constexpr std::size_t kBatch = 128U << 10U;  // then it would be written

struct Recorded {
  std::uint64_t start = 0;
  std::string bytes;
};

std::string from_hex(std::string_view digits) {
  std::string out;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    out += static_cast<char>(base::parse_hex(digits.substr(i, 2)).value());
  return out;
}

std::vector<Recorded> read_recording(const std::string& path) {
  std::vector<Recorded> out;
  for (const std::string& line : base::split(io::read_file(path), '\n')) {
    if (line.empty()) continue;
    const auto blank = line.find(' ');
    out.push_back(
        {base::parse_hex(line.substr(0, blank)).value(), from_hex(line.substr(blank + 1))});
  }
  return out;
}

// The catalog of a server that changed nothing since.
CatalogTable describe(const Relation& relation) {
  CatalogTable table;
  for (const auto& column : relation.columns) {
    CatalogColumn& known = table.columns.emplace_back();
    known.type = build_type(column.type, {});
    known.type_name = "text";
    known.nullable = !column.key;
    if (column.key) table.primary_key.push_back(column.name);
  }
  return table;
}

class Decode final : public Work {
 public:
  Decode(std::string_view encoding, const std::string& path)
      : recorded_(read_recording(path)),
        encoding_(make_encoding({.name = std::string(encoding)})),
        changes_(settings(), TableFilter({}, {}), *encoding_, describe) {}

  void pass() override {
    for (const Recorded& recorded : recorded_) {
      const std::uint64_t lines = changes_.lines();
      changes_.apply(decoder_.decode(recorded.bytes), recorded.start, out_);
      if (changes_.lines() != lines) count();
      if (out_.size() < kBatch) continue;
      taken(out_);
      out_.clear();
    }
  }

 private:
  static ChangesSettings settings() {
    ChangesSettings settings;
    settings.identity = {.name = "flights", .database = "flights"};
    settings.control = true;
    return settings;
  }

  std::vector<Recorded> recorded_;
  std::unique_ptr<Encoding> encoding_;
  PgoutputDecoder decoder_;
  Changes changes_;
  std::string out_;
};

}  // namespace

std::unique_ptr<Work> make_work(std::string_view name, const std::string& path) {
  return std::make_unique<Decode>(name, path);
}

}  // namespace cdckit::bench
