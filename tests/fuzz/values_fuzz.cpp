// A byte that chooses a type, then the text of a value of it. What plain makes of a text that the
// walk over arrays, composites and hstore accepts is appended whole.
#include "tests/fuzz/target.hpp"
#include "tools/walcat/encode/plain.hpp"

#include <array>
#include <string>

namespace {

using namespace cdckit::walcat;

// int4[], text[], box[], (int4, text, text[]), composite[], hstore, hstore[], int2vector, and the
// scalars that are looked into
const TypeRows& rows() {
  static const TypeRows kRows = [] {
    TypeRows made;
    const auto array = [&](std::uint32_t oid, std::uint32_t element, char delimiter = ',') {
      made[oid] = {.oid = oid, .element = element, .delimiter = delimiter};
    };
    array(1007, 23);
    array(1009, 25);
    array(1020, 603, ';');
    made[90001] = {.oid = 90001, .kind = 'c', .fields = {{"a", 23}, {"b \"c", 25}, {"list", 1009}}};
    array(90002, 90001);
    made[90003] = {.oid = 90003, .hstore = true};
    array(90004, 90003);
    array(22, 21);
    return made;
  }();
  return kRows;
}

}  // namespace

void fuzz_one(std::string_view bytes) {
  constexpr std::array<std::uint32_t, 13> kTypes{
      1007, 1009, 1020, 90001, 90002, 90003, 90004, 22, 25, 701, 114, 1114, 1184};
  if (bytes.empty()) return;
  const auto choice = static_cast<unsigned char>(bytes.front()) % kTypes.size();
  const Codec codec = PlainEncoding().compile(*build_type(kTypes.at(choice), rows()));
  std::string out;
  codec.append(out, bytes.substr(1), codec);
}
