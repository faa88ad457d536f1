// A line as the tests of snow-put need it: decoded, with the text that its event points into.
#pragma once

#include "common/event/event.hpp"

#include <string>
#include <utility>

#include <doctest/doctest.h>

namespace cdckit::test {

struct DecodedLine {
  event::Decoder decoder;
  event::Event event;
  std::string text;
  explicit DecodedLine(std::string line) : text(std::move(line)) {
    event::LineKind kind{};
    REQUIRE(decoder.decode(text, false, kind, event) == nullptr);
  }
};

}  // namespace cdckit::test
