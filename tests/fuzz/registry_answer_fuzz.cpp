// A registry's answers and the frame of a record.
#include "common/base/error.hpp"
#include "common/registry/answer.hpp"
#include "common/registry/frame.hpp"
#include "tests/fuzz/target.hpp"

using namespace cdckit;

namespace {
template <class Read>
void attempt(Read read) {
  try {
    read();
  } catch (const base::Error&) {
  }
}
}  // namespace

void fuzz_one(std::string_view bytes) {
  std::vector<std::string> messages;
  attempt([&] { registry::read_id(bytes); });
  attempt([&] { registry::read_schema(bytes); });
  attempt([&] { registry::read_compatible(bytes, messages); });
  attempt([&] { registry::read_level(bytes); });
  (void)registry::read_complaint(bytes);
  registry::Frame frame;
  (void)registry::read_frame(bytes, std::nullopt, frame);
  (void)registry::read_frame({}, bytes, frame);
}
