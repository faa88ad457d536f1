#include "common/cli/run_tool.hpp"
#include "tools/snow-ddl/options.hpp"

int main(int argc, char** argv) {
  cdckit::snow_ddl::Options options;
  return cdckit::cli::run_tool(cdckit::snow_ddl::declare(options), argc, argv);
}
