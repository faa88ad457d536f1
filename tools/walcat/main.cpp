// walcat: PostgreSQL's logical replication stream as lines of JSON.
#include "common/cli/run_tool.hpp"
#include "tools/walcat/options.hpp"

int main(int argc, char** argv) {
  cdckit::walcat::Options options;
  return cdckit::cli::run_tool(cdckit::walcat::declare(options), argc, argv);
}
