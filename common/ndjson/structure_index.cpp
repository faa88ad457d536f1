#include "common/ndjson/structure_index.hpp"

#include "common/ndjson/reader.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include <simdjson.h>

namespace cdckit::ndjson {

static_assert(kPadding >= simdjson::SIMDJSON_PADDING);

namespace {
constexpr std::size_t kLeast = 16U << 10U;
}

struct StructureIndex::Implementation {
  // the stages are virtual functions of what the library chose for this processor
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stages;
  std::vector<char> copy;

  bool reserve(std::size_t size) {
    if (stages && stages->capacity() >= size) return true;
    const std::size_t wanted = std::max(size + size / 2, kLeast);
    if (stages) return stages->set_capacity(wanted) == simdjson::SUCCESS;
    return simdjson::get_active_implementation()->create_dom_parser_implementation(
               wanted, 1, stages) == simdjson::SUCCESS;
  }

  const char* padded_copy(std::string_view text) {
    if (copy.size() < text.size() + kPadding) copy.resize(text.size() * 2 + kPadding);
    std::memcpy(copy.data(), text.data(), text.size());
    return copy.data();
  }
};

StructureIndex::StructureIndex() : implementation_(std::make_unique<Implementation>()) {}
StructureIndex::~StructureIndex() = default;

const std::uint32_t* StructureIndex::find(std::string_view text, bool padded) {
  if (text.empty() || !implementation_->reserve(text.size())) return nullptr;
  const char* bytes = padded ? text.data() : implementation_->padded_copy(text);
  auto& stages = *implementation_->stages;
  const auto failure = stages.stage1(
      reinterpret_cast<const std::uint8_t*>(bytes), text.size(), simdjson::stage1_mode::regular);
  return failure == simdjson::SUCCESS ? stages.structural_indexes.get() : nullptr;
}

}  // namespace cdckit::ndjson
