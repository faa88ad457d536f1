#include "tools/cdc-check/options.hpp"

int main(int argc, char** argv) {
  cdckit::cdc_check::Options options;
  return cdckit::cli::run_tool(cdckit::cdc_check::declare(options), argc, argv);
}
