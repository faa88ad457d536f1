#include "common/ndjson/validator.hpp"

#include "common/ndjson/reader.hpp"

#include <simdjson.h>

namespace cdckit::ndjson {

static_assert(kPadding >= simdjson::SIMDJSON_PADDING);

struct Validator::Implementation {
  simdjson::dom::parser parser;
};

Validator::Validator() : implementation_(std::make_unique<Implementation>()) {}
Validator::~Validator() = default;

const char* Validator::check_value(std::string_view text, bool padded) {
  simdjson::dom::element element;
  const auto failure = implementation_->parser.parse(text.data(), text.size(), !padded).get(element);
  return failure == simdjson::SUCCESS ? nullptr : simdjson::error_message(failure);
}

const char* Validator::check_object(std::string_view line, bool padded) {
  simdjson::dom::element element;
  const auto failure = implementation_->parser.parse(line.data(), line.size(), !padded).get(element);
  if (failure != simdjson::SUCCESS) return simdjson::error_message(failure);
  return element.is_object() ? nullptr : "not a JSON object";
}

}  // namespace cdckit::ndjson
