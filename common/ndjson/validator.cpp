#include "common/ndjson/validator.hpp"

#include "common/ndjson/structure.hpp"
#include "common/ndjson/structure_index.hpp"
#include "common/ndjson/verdict.hpp"

namespace cdckit::ndjson {

struct Validator::Implementation {
  StructureIndex index;
  StructureWalk walk;
  Verdict verdict;

  // Null and `is_object` set, or why not.
  const char* check(std::string_view text, bool padded, bool& is_object) {
    if (const std::uint32_t* offsets = index.find(text, padded)) {
      walk.start(text, offsets);
      is_object = text[offsets[0]] == '{';
      if (walk.take_container(text.size())) return nullptr;
    }
    return verdict.check(text, padded, is_object);
  }
};

Validator::Validator() : implementation_(std::make_unique<Implementation>()) {}
Validator::~Validator() = default;

const char* Validator::check_value(std::string_view text, bool padded) {
  bool is_object = false;
  return implementation_->check(text, padded, is_object);
}

const char* Validator::check_object(std::string_view line, bool padded) {
  bool is_object = false;
  if (const char* reason = implementation_->check(line, padded, is_object)) return reason;
  return is_object ? nullptr : "not a JSON object";
}

}  // namespace cdckit::ndjson
