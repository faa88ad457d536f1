#include "common/cli/run_tool.hpp"
#include "tools/pg-load/options.hpp"

int main(int argc, char** argv) {
  cdckit::pg_load::Options options;
  return cdckit::cli::run_tool(cdckit::pg_load::declare(options), argc, argv);
}
