#include "common/ndjson/verdict.hpp"

#include "common/ndjson/grammar.hpp"
#include "common/ndjson/reader.hpp"

#include <simdjson.h>

namespace cdckit::ndjson {

static_assert(kPadding >= simdjson::SIMDJSON_PADDING);

namespace {

// simdjson also refuses what it could not convert: numbers beyond 64 bits or a double's range, and
// lone surrogates. Both are JSON, and PostgreSQL sends them (numeric, json), so look again.
bool may_be_json(simdjson::error_code failure) noexcept {
  return failure == simdjson::NUMBER_ERROR || failure == simdjson::STRING_ERROR;
}

}  // namespace

struct Verdict::Implementation {
  simdjson::dom::parser parser;
};

Verdict::Verdict() : implementation_(std::make_unique<Implementation>()) {}
Verdict::~Verdict() = default;

const char* Verdict::check(std::string_view text, bool padded, bool& is_object) {
  simdjson::dom::element element;
  const auto failure =
      implementation_->parser.parse(text.data(), text.size(), !padded).get(element);
  if (failure == simdjson::SUCCESS) {
    is_object = element.is_object();
    return nullptr;
  }
  if (may_be_json(failure) && is_json(text) && simdjson::validate_utf8(text.data(), text.size())) {
    is_object = text[text.find_first_not_of(" \t\r\n")] == '{';
    return nullptr;
  }
  return simdjson::error_message(failure);
}

const char* Verdict::check_object(std::string_view text, bool padded) {
  bool is_object = false;
  if (const char* reason = check(text, padded, is_object)) return reason;
  return is_object ? nullptr : "not a JSON object";
}

}  // namespace cdckit::ndjson
