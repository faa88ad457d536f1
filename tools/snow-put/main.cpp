#include "common/cli/run_tool.hpp"
#include "tools/snow-put/options.hpp"

int main(int argc, char** argv) {
  cdckit::snow_put::Options options;
  return cdckit::cli::run_tool(cdckit::snow_put::declare(options), argc, argv);
}
