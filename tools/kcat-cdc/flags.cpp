// The flag table of kcat-cdc: declare() of options.hpp.
#include "common/cli/text_table.hpp"
#include "common/kafka/settings.hpp"
#include "tools/kcat-cdc/options.hpp"
#include "tools/kcat-cdc/run.hpp"

namespace cdckit::kcat_cdc {

namespace {

using cli::FlagTable;

void add_connection(FlagTable& table, ConnectionOptions& options) {
  table.text("brokers,b",
             "HOST:PORT[,..]",
             options.brokers,
             "Brokers to begin with; the others are found from there.");
  table.text("properties,F",
             "FILE",
             options.properties_file,
             "librdkafka properties, one name=value a line, as kcat has them.");
  table.list("set,X",
             "NAME=VALUE",
             options.settings,
             "A librdkafka property; NAME=@FILE reads the value from a file, which is the only way "
             "to give a secret here.");
  table.duration("retry-for",
                 options.retry_for,
                 "How long brokers that are gone are waited for before the tool ends with 75.");
}

std::vector<cli::Flag> produce_flags(Options& options) {
  ProduceOptions& produce = options.produce;
  FlagTable table;
  add_connection(table, options.connection);
  table.text("topic-prefix",
             "NAME",
             produce.topic_prefix,
             "Topics are NAME.SCHEMA.TABLE; characters that Kafka does not take become _.");
  table.text("topic,t",
             "PATTERN",
             produce.topic,
             "Topics by this pattern, which may hold {schema} and {table}.");
  table.list("route",
             "REGEX=TOPIC",
             produce.routes,
             "The part of a topic's name that REGEX matches is replaced by TOPIC (\\1 for a "
             "group); the first fitting one counts.");
  table.choice("format", {"json"}, produce.format, "How values and keys are written.");
  table.toggle(
      "no-tombstones", produce.no_tombstones, "No record with a null value after a delete.");
  table.number("partitions",
               "N",
               produce.partitions,
               "Partitions of topics that are created (default: the brokers').");
  table.number("replication",
               "N",
               produce.replication,
               "Replicas of topics that are created (default: the brokers').");
  table.list("topic-config",
             "NAME=VALUE",
             produce.topic_config,
             "A setting of topics that are created, e.g. cleanup.policy=compact.");
  table.toggle(
      "no-create", produce.no_create, "Create no topic: a missing one ends the tool with 69.");
  table.toggle(
      "raw",
      produce.raw,
      "Every line is a value as it is, without a key; needs --topic without placeholders.");
  return table.flags;
}

std::vector<cli::Flag> consume_flags(Options& options) {
  ConsumeOptions& consume = options.consume;
  FlagTable table;
  add_connection(table, options.connection);
  table.text("group,g",
             "GROUP",
             consume.group,
             "Consumer group; its offsets are committed only as far as --ack says.");
  table.list(
      "topic,t", "TOPIC", consume.topics, "A topic, or a regular expression that begins with ^.");
  table.text("from",
             "WHERE",
             consume.from,
             "stored (a new group begins at the beginning), beginning, end, @TIME or an offset; "
             "all but stored ignore stored offsets.");
  table.text("until",
             "WHERE",
             consume.until,
             "end (what is there now) or @TIME (records before it): then a clean end.");
  table.number("limit", "N", consume.limit, "End after N lines.");
  table.choice("isolation",
               {"committed", "uncommitted"},
               consume.isolation,
               "Whether records of open transactions are read.");
  table.choice("format", {"auto", "json"}, consume.format, "How values and keys are read.");
  table.toggle(
      "raw", consume.raw, "Values as they are, one line each; a tombstone is the line null.");
  table.duration("revoke-timeout",
                 consume.revoke_timeout,
                 "How long a partition that is to be given away, or the end of the run, waits for "
                 "the acknowledgement.");
  return table.flags;
}

std::vector<cli::Flag> list_flags(Options& options, bool group) {
  FlagTable table;
  add_connection(table, options.connection);
  if (group) table.text("group,g", "GROUP", options.consume.group, "Consumer group.");
  cli::add_table_format(table, options.table_format);
  return table.flags;
}

std::vector<cli::Flag> check_flags(Options& options) {
  FlagTable table;
  add_connection(table, options.connection);
  table.text("group,g", "GROUP", options.consume.group, "Consumer group.");
  table.list(
      "topic,t", "TOPIC", options.consume.topics, "A topic that must be there, or a pattern.");
  cli::add_table_format(table, options.table_format);
  return table.flags;
}

cli::Command command(const std::string& name,
                     const std::string& summary,
                     std::vector<cli::Flag> flags) {
  cli::Command out;
  out.name = name;
  out.summary = summary;
  out.flags = std::move(flags);
  return out;
}

}  // namespace

cli::Tool declare(Options& options) {
  cli::Tool tool;
  tool.name = "kcat-cdc";
  tool.summary = "Change events to Kafka and back";
  tool.libraries = "librdkafka " + kafka::library_version();
  tool.commands = {
      command("produce", "Lines on stdin become records.", produce_flags(options)),
      command("consume", "Records become lines on stdout.", consume_flags(options)),
      command("topics", "The cluster's topics, one line each.", list_flags(options, false)),
      command(
          "groups", "The cluster's consumer groups, one line each.", list_flags(options, false)),
      command("lag", "How far a group is behind, one line a partition.", list_flags(options, true)),
      command(
          "check", "Test settings, brokers and topics, as --check does.", check_flags(options))};
  cli::Command& consume = tool.commands[1];
  consume.positionals.push_back(
      {"TOPIC", "Further topics.", false, true, [&options](const std::string& value) {
         options.consume.topics.push_back(value);
       }});
  tool.commands[0].sink = true;
  consume.source = true;
  tool.commands[0].run = [&options](cli::Context& context) {
    return run_produce(options, context);
  };
  consume.run = [&options](cli::Context& context) { return run_consume(options, context); };
  tool.commands[2].run = [&options](cli::Context& context) { return run_topics(options, context); };
  tool.commands[3].run = [&options](cli::Context& context) { return run_groups(options, context); };
  tool.commands[4].run = [&options](cli::Context& context) { return run_lag(options, context); };
  tool.commands[5].run = [&options](cli::Context& context) { return run_check(options, context); };
  tool.examples = {
      {"walcat -d \"$DB\" --slot s --publication p --ack a.ack | kcat-cdc produce -b $CDC_BROKERS "
       "--topic-prefix flights --ack a.ack",
       "Every change of the published tables into Kafka."},
      {"kcat-cdc consume -b $CDC_BROKERS -t '^flights\\.public\\..*' --from beginning --until end "
       "| jq .after",
       "What the topics hold, without committing anything."},
  };
  return tool;
}

}  // namespace cdckit::kcat_cdc
