#include "tools/kcat-cdc/run.hpp"

#include "common/base/error.hpp"
#include "common/kafka/subscription.hpp"
#include "common/log/log.hpp"
#include "tools/kcat-cdc/commands/check.hpp"
#include "tools/kcat-cdc/commands/list.hpp"
#include "tools/kcat-cdc/commands/replay.hpp"
#include "tools/kcat-cdc/commands/reset.hpp"
#include "tools/kcat-cdc/consume/consume.hpp"
#include "tools/kcat-cdc/produce/produce.hpp"
#include "tools/kcat-cdc/schemas/registry_access.hpp"

namespace cdckit::kcat_cdc {

using base::Error;
using base::ErrorKind;
using base::ExitCode;

namespace {

Cluster cluster_of(const Options& options, Command command) {
  const auto owned =
      command == Command::replay ? owned_by_producer() : owned_by_group(options.command.group);
  return {resolve(options.connection, owned), options.connection.retry_for};
}

void require_flag(const std::string& value, const std::string& flag) {
  if (value.empty()) throw Error(ErrorKind::usage, "the flag " + flag + " is missing");
}

// Null without --registry.
std::unique_ptr<RegistryAccess> open_registry(const Options& options,
                                              const std::string& format,
                                              const cli::Context& context) {
  auto settings = registry_of(options.connection);
  if (!settings) {
    if (format == "avro") throw Error(ErrorKind::usage, "--format avro needs --registry");
    return nullptr;
  }
  registry::ClientOptions client;
  client.retry.give_up_after = options.connection.retry_for;
  client.stop = context.stop();
  client.observer = [](const Error& error, std::chrono::milliseconds /*pause*/) {
    log::info(std::string("will try again: ") + error.what());
  };
  return std::make_unique<RegistryAccess>(std::move(*settings), std::move(client));
}

registry::Client* registry_client(const std::unique_ptr<RegistryAccess>& registry) {
  return registry ? &registry->client() : nullptr;
}

// A run that makes no topic needs the one that it is given; others are known when lines come.
CheckWish wish_of(const ProduceOptions& options) {
  CheckWish wish;
  const bool fixed = !options.topic.empty() && options.routes.empty() &&
                     options.topic.find('{') == std::string::npos;
  if (options.no_create) {
    if (fixed) wish.topics = {options.topic};
    return wish;
  }
  const std::string base = target_base(options.topic_prefix, options.topic);
  if (!base.empty())
    wish.makes = WishedTopics{base,
                              static_cast<int>(options.partitions),
                              static_cast<int>(options.replication),
                              wished_topic_config(options)};
  return wish;
}

}  // namespace

ExitCode run_produce(const Options& options, cli::Context& context) {
  check_connection(options.connection);
  check_produce(options.produce);
  const auto owned =
      owned_by_producer(options.produce.transactional_id, options.produce.partitioner);
  const auto registry = open_registry(options, options.produce.format, context);
  if (context.options().check) {
    CheckWish wish = wish_of(options.produce);
    wish.owned = owned;
    return check_cluster(options.connection, wish, registry_client(registry), context);
  }
  require_safe_registry(options.connection);
  return ProduceLoop(options.produce,
                     resolve(options.connection, owned),
                     options.connection.retry_for,
                     context,
                     {},
                     registry.get())
      .run();
}

ExitCode run_consume(const Options& options, cli::Context& context) {
  check_connection(options.connection);
  check_consume(options.consume, !context.options().ack.empty());
  const bool controls = context.options().control || !context.options().ack.empty();
  if (options.consume.format == "pretty" && controls)
    throw Error(ErrorKind::usage,
                "could not use --format pretty together with --ack or --control: what follows in "
                "the pipe reads lines of JSON");
  const auto owned = owned_by_consumer(options.consume.group, options.consume.isolation);
  const auto registry = open_registry(options, options.consume.format, context);
  if (context.options().check) {
    const CheckWish wish{.topics = options.consume.topics,
                         .reads = true,
                         .group = options.consume.group,
                         .owned = owned};
    return check_cluster(options.connection, wish, registry_client(registry), context);
  }
  require_safe_registry(options.connection);
  return ConsumeLoop(options.consume,
                     resolve(options.connection, owned),
                     options.connection.retry_for,
                     context,
                     1,
                     registry.get())
      .run();
}

ExitCode run_command(const Options& options, cli::Context& context, Command command) {
  check_connection(options.connection);
  const CommandOptions& flags = options.command;
  if (command == Command::lag) require_flag(flags.group, "--group (-g)");
  if (command == Command::reset) {
    require_flag(flags.group, "--group (-g)");
    require_flag(flags.to, "--to");
    if (flags.topics.empty()) require_flag("", "--topic (-t)");
    (void)parse_reset(flags.to);
  }
  (void)kafka::Subscription(flags.topics);
  if (context.options().check || command == Command::check) {
    const auto registry = open_registry(options, "auto", context);
    const CheckWish wish{.table_format = flags.table_format,
                         .topics = flags.topics,
                         .reads = !flags.group.empty(),
                         .group = flags.group};
    return check_cluster(options.connection, wish, registry_client(registry), context);
  }
  const Cluster cluster = cluster_of(options, command);
  switch (command) {
    case Command::topics:
      return list_topics(cluster, flags, context);
    case Command::groups:
      return list_groups(cluster, flags, context);
    case Command::lag:
      return list_lag(cluster, flags, context);
    case Command::reset:
      return reset_group(cluster, flags, context);
    case Command::replay:
      return replay(cluster, flags, context);
    case Command::check:
      break;
  }
  return ExitCode::done;
}

}  // namespace cdckit::kcat_cdc
