#include "common/ndjson/walker.hpp"

#include "common/ndjson/reader.hpp"
#include "common/ndjson/structure.hpp"
#include "common/ndjson/validator.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include <simdjson.h>

namespace cdckit::ndjson {

static_assert(kPadding >= simdjson::SIMDJSON_PADDING);

struct Walker::Implementation {
  // the stages are virtual functions of what the library chose for this processor
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stages;
  StructureWalk walk;
  Validator validator;
  std::vector<char> copy;

  bool reserve(std::size_t size) {
    if (stages && stages->capacity() >= size) return true;
    const std::size_t wanted = std::max<std::size_t>(size + size / 2, 16U << 10U);
    if (stages) return stages->set_capacity(wanted) == simdjson::SUCCESS;
    return simdjson::get_active_implementation()->create_dom_parser_implementation(
               wanted, 1, stages) == simdjson::SUCCESS;
  }

  const char* padded_copy(std::string_view text) {
    if (copy.size() < text.size() + kPadding) copy.resize(text.size() * 2 + kPadding);
    std::memcpy(copy.data(), text.data(), text.size());
    return copy.data();
  }

  bool take(std::string_view line, bool padded) {
    if (line.empty() || !reserve(line.size())) return false;
    const char* text = padded ? line.data() : padded_copy(line);
    if (stages->stage1(reinterpret_cast<const std::uint8_t*>(text),
                       line.size(),
                       simdjson::stage1_mode::regular) != simdjson::SUCCESS)
      return false;
    walk.start(line, stages->structural_indexes.get());
    return walk.take_object(line.size());
  }
};

Walker::Walker() : implementation_(std::make_unique<Implementation>()) {}
Walker::~Walker() = default;

const char* Walker::walk(std::string_view line, bool padded) {
  Implementation& the = *implementation_;
  if (the.take(line, padded)) return nullptr;
  const char* reason = the.validator.check_object(line, padded);
  if (reason == nullptr) the.walk.note_all(line);
  return reason;
}

FoundMembers Walker::members() const noexcept {
  return implementation_->walk.members();
}

}  // namespace cdckit::ndjson
