#include "tools/kcat-cdc/options.hpp"

int main(int argc, char** argv) {
  cdckit::kcat_cdc::Options options;
  return cdckit::cli::run_tool(cdckit::kcat_cdc::declare(options), argc, argv);
}
