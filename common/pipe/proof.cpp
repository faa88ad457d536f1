#include "common/pipe/proof.hpp"

#include "common/base/error.hpp"

#include <algorithm>

namespace cdckit::pipe {

bool acks_by_stdout(const cli::CommonOptions& options) {
  return std::find(options.ack.begin(), options.ack.end(), "stdout") != options.ack.end();
}

std::vector<std::string> ack_files(const cli::CommonOptions& options) {
  return acks_by_stdout(options) ? std::vector<std::string>{} : options.ack;
}

void check_ack_flags(const cli::CommonOptions& options) {
  if (acks_by_stdout(options) && options.ack.size() > 1) {
    throw base::Error(base::ErrorKind::usage,
                      "the flag --ack stdout means that no file acknowledges: it stands alone");
  }
}

}  // namespace cdckit::pipe
