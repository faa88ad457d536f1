#include "common/cli/run_tool.hpp"
#include "tools/opensky-fetch/options.hpp"

int main(int argc, char** argv) {
  cdckit::opensky_fetch::Options options;
  return cdckit::cli::run_tool(cdckit::opensky_fetch::declare(options), argc, argv);
}
