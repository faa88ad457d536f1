// `topics`, `groups`, `lag`, `groups reset`: questions to the brokers, answers on stdout.
#pragma once

#include "common/cli/run_tool.hpp"
#include "common/kafka/consumer.hpp"
#include "tools/kcat-cdc/commands/command_options.hpp"
#include "tools/kcat-cdc/commands/listing.hpp"

#include <chrono>
#include <vector>

namespace cdckit::kcat_cdc {

// `settings` are the connection's, `patience` how long brokers that are gone are waited for.
struct Cluster {
  kafka::Settings settings;
  std::chrono::milliseconds patience{};
};

base::ExitCode list_topics(const Cluster& cluster,
                           const CommandOptions& options,
                           cli::Context& context);
base::ExitCode list_groups(const Cluster& cluster,
                           const CommandOptions& options,
                           cli::Context& context);
base::ExitCode list_lag(const Cluster& cluster,
                        const CommandOptions& options,
                        cli::Context& context);

// Committed offsets first, ends after, so that no lag is negative. Partitions of topics that the
// group has offsets for, and of `topics`.
std::vector<Lag> read_lags(kafka::Consumer& consumer, const std::vector<std::string>& topics);
void print_lags(const CommandOptions& options, const std::vector<Lag>& lags);

}  // namespace cdckit::kcat_cdc
