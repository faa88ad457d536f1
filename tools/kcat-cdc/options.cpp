#include "tools/kcat-cdc/options.hpp"

#include "common/cli/text_table.hpp"
#include "common/kafka/settings.hpp"
#include "common/pipe/value_flags.hpp"
#include "tools/kcat-cdc/run.hpp"

#include <array>
#include <stdexcept>
#include <utility>

namespace cdckit::kcat_cdc {

namespace {

using cli::FlagTable;

void add_connection(FlagTable& table, ConnectionOptions& options) {
  table.text(
      "brokers,b",
      "HOST:PORT[,..]",
      options.brokers,
      "Brokers to begin with; the others are found from there. Else bootstrap.servers of -F or "
      "-X counts.");
  table.text("properties,F",
             "FILE",
             options.properties_file,
             "librdkafka properties, one name=value a line, as kcat has them.");
  table.list("set,X",
             "NAME=VALUE",
             options.settings,
             "A librdkafka property; NAME=@FILE reads the value from a file, which is the only way "
             "to give a secret here.");
  table.text("token-command",
             "COMMAND",
             options.token_command,
             "A shell command that prints a token for SASL/OAUTHBEARER, or "
             "{\"token\",\"expires_at\",\"principal\"}; run again before the token ends.");
  table.text(
      "ca",
      "FILE",
      options.ca_file,
      "Certificates of the authorities to believe over HTTPS, of the registry and of a token "
      "endpoint, PEM; else SSL_CERT_FILE, else the system's. Brokers have -X "
      "ssl.ca.location.");
  table.toggle(
      "allow-http", options.allow_http, "Accept http:// URLs of other hosts than this one.");
  table.duration("retry-for",
                 options.retry_for,
                 "How long brokers that are gone are waited for before the tool ends with 75.");
}

void add_registry(FlagTable& table, ConnectionOptions& options) {
  table.text("registry",
             "URL",
             options.registry,
             "The Schema Registry; logins and certificates are schema.registry. properties, as "
             "Confluent's clients have them.");
  table.text("registry-token-command",
             "COMMAND",
             options.registry_token_command,
             "A shell command that prints a bearer token for the registry, as --token-command does "
             "for brokers.");
}

// What a record is: its topic, its form, its headers.
void add_records(FlagTable& table, Options& options) {
  ProduceOptions& produce = options.produce;
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
  table.choice("format",
               {"json", "avro"},
               produce.format,
               "How values and keys are written; avro needs --registry and lines of walcat "
               "--encoding debezium.");
  add_registry(table, options.connection);
  table.choice(
      "name-adjustment",
      {"avro", "avro_unicode", "none"},
      produce.name_adjustment,
      "What becomes of names that Avro forbids, as Debezium does it: _ for each character, "
      "_uXXXX (no two names become one), or 78; readers of ours get the names back.");
  table.choice("value",
               {"envelope", "flat"},
               produce.value,
               "Debezium's whole event, or the row alone with __op, __table, __source_ts_ms and "
               "__deleted.");
  table.toggle("schemas",
               produce.schemas,
               "Values and keys as {\"schema\",\"payload\"}; needs lines of walcat --encoding "
               "debezium.");
  table.list("header",
             "NAME=VALUE",
             produce.headers,
             "A header of every record; NAME=@COLUMN takes it from a column of the row.");
  table.toggle(
      "no-tombstones", produce.no_tombstones, "No record with a null value after a delete.");
}

// Topics that are created, and where in them a record goes.
void add_placing(FlagTable& table, ProduceOptions& produce) {
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
  table.choice("topic-policy",
               {"compact", "delete", "compact,delete"},
               produce.topic_policy,
               "cleanup.policy of topics that are created (default: the brokers').");
  table.choice(
      "partitioner",
      {"murmur2_random",
       "murmur2",
       "consistent_random",
       "consistent",
       "fnv1a_random",
       "fnv1a",
       "random"},
      produce.partitioner,
      "Which partition a key goes to (default murmur2_random: where Java clients put it).");
  table.text("partition-by",
             "COL[,COL]",
             produce.partition_by,
             "The partition comes from the text of these columns, not from the key; a delete needs "
             "them in its key or old row.");
}

std::vector<cli::Flag> produce_flags(Options& options) {
  ProduceOptions& produce = options.produce;
  FlagTable table;
  add_connection(table, options.connection);
  add_records(table, options);
  add_placing(table, produce);
  pipe::declare_unavailable(
      table, produce.unavailable_value, ": such a column makes no header and no partition");
  table.text("transactional",
             "ID",
             produce.transactional_id,
             "Exactly once: records and the position reached are in one Kafka transaction.");
  table.text("position-topic",
             "NAME",
             produce.position_topic,
             "Where --transactional keeps positions (default: BASE.__position.ID).");
  table.text("transaction-topic",
             "NAME",
             produce.transaction_topic,
             "The source's begin and commit lines go there, as Debezium writes them.");
  table.toggle(
      "no-create", produce.no_create, "Create no topic: a missing one ends the tool with 69.");
  table.toggle(
      "raw",
      produce.raw,
      "Lines are whole records, as consume --raw prints them: topic (else --topic), partition, "
      "timestamp, key, value, headers.");
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
  table.text(
      "from",
      "WHERE",
      consume.from,
      "stored (a new group begins at the beginning), beginning, end (as it is now: what comes "
      "later is read whole), @TIME (records with a timestamp of then or later) or an offset. "
      "All but stored are applied once, to a group without members.");
  table.text(
      "until",
      "WHERE",
      consume.until,
      "end (what is there now) or @TIME (of that, the records with an earlier timestamp): then "
      "a clean end.");
  table.number("limit", "N", consume.limit, "End after N lines.");
  table.choice("isolation",
               {"committed", "uncommitted"},
               consume.isolation,
               "Whether records of open transactions are read.");
  table.choice(
      "format",
      {"auto", "json", "avro", "pretty"},
      consume.format,
      "How values and keys are read; auto takes for Avro what has a schema's id before it. pretty: "
      "the same, and a readable line for each record.");
  add_registry(table, options.connection);
  table.toggle("raw",
               consume.raw,
               "Whole records, tombstones too, that produce --raw makes the same of again.");
  table.duration("revoke-timeout",
                 consume.revoke_timeout,
                 "How long a partition that is to be given away, or the end of the run, waits for "
                 "the acknowledgement.");
  table.size("max-unacknowledged",
             consume.max_unacknowledged,
             "With --ack FILE: how much may be printed that is not acknowledged yet.");
  table.choice(
      "on-error",
      {"stop", "skip"},
      consume.on_error,
      "What to do with a record that cannot be read: end with 65, or leave it out; the exit "
      "code is then 1.");
  table.text("dead-letter",
             "TOPIC",
             consume.dead_letter,
             "Write records that cannot be read to TOPIC as they are, with what went wrong in "
             "headers __connect.errors.*, and go on; the exit code is then 1. Made when missing.");
  return table.flags;
}

std::vector<cli::Flag> list_flags(Options& options) {
  FlagTable table;
  add_connection(table, options.connection);
  cli::add_table_format(table, options.command.table_format);
  return table.flags;
}

void add_group(FlagTable& table, Options& options) {
  table.text("group,g", "GROUP", options.command.group, "Consumer group.");
}

std::vector<cli::Flag> groups_flags(Options& options) {
  FlagTable table;
  add_connection(table, options.connection);
  add_group(table, options);
  table.list("topic,t",
             "TOPIC",
             options.command.topics,
             "With reset: a topic, or a pattern, whose partitions are meant.");
  table.text("to",
             "WHERE",
             options.command.to,
             "With reset: beginning, end, @TIME (the first record of then or later), an offset, or "
             "a commit position (the first record whose cdc.pos is above it).");
  cli::add_table_format(table, options.command.table_format);
  return table.flags;
}

std::vector<cli::Flag> lag_flags(Options& options) {
  FlagTable table;
  add_connection(table, options.connection);
  add_group(table, options);
  table.list("topic,t",
             "TOPIC",
             options.command.topics,
             "Only these topics, also where the group has stored nothing (default: those where it "
             "has).");
  table.toggle("watch", options.command.watch, "Again every two seconds, until it is stopped.");
  cli::add_table_format(table, options.command.table_format);
  return table.flags;
}

std::vector<cli::Flag> replay_flags(Options& options) {
  FlagTable table;
  add_connection(table, options.connection);
  table.list(
      "topic,t",
      "TOPIC",
      options.command.topics,
      "The topic of dead letters; how far it was replayed is kept in the group TOPIC.replay.");
  table.number("limit", "N", options.command.limit, "End after N records.");
  return table.flags;
}

std::vector<cli::Flag> check_flags(Options& options) {
  FlagTable table;
  add_connection(table, options.connection);
  add_registry(table, options.connection);
  table.text("group,g",
             "GROUP",
             options.command.group,
             "A consumer group: its offsets and the topics are tried to be read.");
  table.list(
      "topic,t", "TOPIC", options.command.topics, "A topic that must be there, or a pattern.");
  cli::add_table_format(table, options.command.table_format);
  return table.flags;
}

// An empty text would count as none: who writes "$ID" without having one must hear of it.
void refuse_empty(cli::Flag& flag) {
  if (flag.value.empty() || flag.name == "unavailable-value") return;
  flag.set = [set = std::move(flag.set)](const std::string& given) {
    if (given.empty()) throw std::invalid_argument("it is empty");
    set(given);
  };
}

cli::Command command(const std::string& name,
                     const std::string& summary,
                     std::vector<cli::Flag> flags) {
  for (cli::Flag& flag : flags) refuse_empty(flag);
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
      command("topics", "The cluster's topics, one line each.", list_flags(options)),
      command("groups",
              "The cluster's consumer groups, one line each; or reset, which moves one.",
              groups_flags(options)),
      command("lag", "How far a group is behind, one line a partition.", lag_flags(options)),
      command("replay", "Writes dead letters back to where they came from.", replay_flags(options)),
      command("check",
              "Test settings, brokers, topics, rights and registry, as --check does.",
              check_flags(options))};
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
  tool.commands[3].positionals.push_back(
      {"reset",
       "Stores for the group of --group where it is to go on in --topic; it must have no members.",
       false,
       false,
       [&options](const std::string& value) {
         if (value != "reset")
           throw std::invalid_argument("\"" + value + "\" is none of what can be done to groups");
         options.command.action = value;
       }});
  const std::array commands = {
      Command::topics, Command::groups, Command::lag, Command::replay, Command::check};
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const Command command = commands[i];
    tool.commands[i + 2].run = [&options, command](cli::Context& context) {
      const bool reset = command == Command::groups && options.command.action == "reset";
      return run_command(options, context, reset ? Command::reset : command);
    };
  }
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
