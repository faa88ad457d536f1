#include "common/avro/nothing.hpp"

#include "common/avro/binary.hpp"

namespace cdckit::avro {
namespace {

constexpr int kDeepest = 64;

}  // namespace

bool append_nothing(Buffer& out, const Plan& plan, std::uint32_t index, int depth) {
  const Step& step = plan.step(index);
  switch (step.operation) {
    case Operation::null:
      return true;
    case Operation::nullable:
      append_long(out, step.count);
      return true;
    case Operation::boolean:
      out.push('\0');
      return true;
    case Operation::float32:
      append_float(out, 0.0F);
      return true;
    case Operation::float64:
      append_float(out, 0.0);
      return true;
    case Operation::fixed:
    case Operation::decimal_fixed:
    case Operation::uuid_fixed:
    case Operation::duration:
      out.append(step.count, '\0');
      return true;
    case Operation::bytes:
      append_long(out, step.count);
      out.append(step.count, '\0');
      return true;
    case Operation::decimal_bytes:
      append_bytes(out, std::string_view("\0", 1));
      return true;
    case Operation::big_decimal:
      append_bytes(out, std::string_view("\x02\0\0", 3));
      return true;
    case Operation::one_of:
      append_long(out, 0);
      return append_nothing(out, plan, plan.branch(step.first), depth + 1);
    case Operation::record:
    case Operation::pair:
      break;
    default:  // zero, the first symbol, an empty text or block
      append_long(out, 0);
      return true;
  }
  if (depth == kDeepest) return false;
  for (std::uint32_t i = 0; i < step.count; ++i) {
    if (!append_nothing(out, plan, plan.field(step.first + i).step, depth + 1)) return false;
  }
  return true;
}

}  // namespace cdckit::avro
