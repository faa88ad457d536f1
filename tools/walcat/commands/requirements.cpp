#include "tools/walcat/commands/requirements.hpp"

#include "tools/walcat/server/publication.hpp"

#include <algorithm>

namespace cdckit::walcat {
namespace {

using base::ErrorKind;
using Lines = std::vector<Requirement>;

std::string major(int version) {
  return std::to_string(version / 10'000);
}

std::string count(std::size_t number, const std::string& noun) {
  return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

void judge_server(const Facts& facts, const Wanted& wanted, Lines& lines) {
  const bool new_enough = facts.version >= kOldestVersion;
  lines.push_back({.check = "version",
                   .ok = new_enough,
                   .detail = "PostgreSQL " + major(facts.version),
                   .hint = new_enough ? "" : "walcat reads PostgreSQL 15 and newer."});
  const bool known = facts.encoding != "SQL_ASCII";
  lines.push_back({.check = "encoding",
                   .ok = known,
                   .detail = facts.encoding,
                   .hint = known ? ""
                                 : "Nobody knows what its text means: move the data to a "
                                   "database with the encoding UTF8 (or any real one)."});
  const bool logical = facts.wal_level == "logical";
  lines.push_back({.check = "wal_level",
                   .ok = logical,
                   .detail = facts.wal_level,
                   .hint = logical ? ""
                                   : "ALTER SYSTEM SET wal_level = logical, then restart "
                                     "the server."});
  if (!wanted.failover) return;
  const bool can = facts.version >= kFailoverVersion;
  lines.push_back({.check = "failover",
                   .ok = can,
                   .detail = can ? "slots can be kept on standbys"
                                 : "PostgreSQL " + major(facts.version) + " has no failover slots",
                   .hint = can ? "" : "They begin with PostgreSQL 17: leave --failover away."});
}

void judge_limit(const std::string& name, std::int64_t used, std::int64_t most, Lines& lines) {
  const bool room = used < most;
  lines.push_back(
      {.check = name,
       .ok = room,
       .detail = std::to_string(used) + " of " + std::to_string(most) + " in use",
       .hint = room ? ""
                    : "Drop a slot or end a reader that is no longer needed (walcat slots "
                      "lists them), or raise " +
                          name + " and restart the server."});
}

void judge_role(const Facts& facts, Lines& lines) {
  const bool may = facts.superuser || facts.replication;
  lines.push_back({.check = "role",
                   .ok = may,
                   .detail = facts.user + (facts.superuser ? " is a superuser"
                                           : may           ? " has REPLICATION"
                                                           : " lacks the attribute REPLICATION"),
                   .hint = may ? ""
                               : "ALTER ROLE " + pg::quote_identifier(facts.user) +
                                     " REPLICATION; (managed services have a role to grant "
                                     "instead, such as rds_replication).",
                   .kind = ErrorKind::permission});
}

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Requirement missing_publication(const Facts& facts, const Wanted& wanted, const std::string& name) {
  const std::string sql = "CREATE PUBLICATION " + pg::quote_identifier(name) + " FOR ALL TABLES;";
  if (!wanted.create) {
    return {.check = "publication",
            .ok = false,
            .detail = name + " does not exist",
            .hint = "Before the slot is made: " + sql};
  }
  const bool may = facts.superuser || (facts.may_create && !wanted.all_tables);
  return {.check = "publication",
          .ok = may,
          .detail = name + (may ? " will be made" : " cannot be made by " + facts.user),
          .hint = may ? ""
                  : facts.may_create
                      ? "Only a superuser may publish all tables: let one run " + sql
                      : "It needs CREATE on the database and owns the tables: let their owner or "
                        "a superuser run " +
                            sql,
          .kind = ErrorKind::permission};
}

void judge_publications(const Facts& facts, const Wanted& wanted, Lines& lines) {
  std::vector<std::string> names = wanted.publications;
  if (names.empty() && (wanted.create || facts.publications.empty()))
    names.emplace_back(kDefaultPublication);
  for (const auto& name : names) {
    if (!has(facts.publications, name)) lines.push_back(missing_publication(facts, wanted, name));
  }
  std::string found;
  for (const auto& name : names.empty() ? facts.publications : names) {
    if (has(facts.publications, name)) found += (found.empty() ? "" : ", ") + name;
  }
  if (!found.empty()) {
    lines.push_back(
        {.check = "publication",
         .detail = found + ": " + count(facts.tables.size(), "table"),
         .hint = facts.tables.empty()
                     ? "No table of it is selected: nothing comes until ALTER PUBLICATION .. ADD "
                       "TABLE .. (a table that is dropped and made anew leaves its publications)."
                     : ""});
  }
}

void judge_rights(const Facts& facts, Lines& lines) {
  std::size_t readable = 0;
  for (const auto& table : facts.tables) {
    if (table.usage && table.select && !table.hidden) {
      ++readable;
      continue;
    }
    if (table.usage && table.select) {
      lines.push_back({.check = "select",
                       .ok = false,
                       .detail = "row security hides rows of " + table.schema + "." + table.table +
                                 " from " + facts.user,
                       .hint = "A snapshot must have all: ALTER ROLE " +
                               pg::quote_identifier(facts.user) + " BYPASSRLS;",
                       .kind = ErrorKind::permission});
      continue;
    }
    const std::string role = " TO " + pg::quote_identifier(facts.user) + ";";
    const std::string usage =
        "GRANT USAGE ON SCHEMA " + pg::quote_identifier(table.schema) + role + " ";
    lines.push_back({.check = "select",
                     .ok = false,
                     .detail = facts.user + " may not read " + table.schema + "." + table.table,
                     .hint = "For the snapshot: " + (table.usage ? "" : usage) +
                             "GRANT SELECT ON " + pg::quote_name(table.schema, table.table) + role,
                     .kind = ErrorKind::permission});
  }
  if (readable > 0) {
    lines.push_back({.check = "select", .detail = "may read " + count(readable, "table")});
  }
}

// The server itself refuses UPDATE and DELETE on a published table without identity.
void judge_identities(const Facts& facts, Lines& lines) {
  std::size_t good = 0;
  for (const auto& table : facts.identities) {
    if (table.publishes_keys && !has_identity(table)) {
      lines.push_back(
          {.check = "identity",
           .ok = false,
           .detail = table.name + " has no replica identity: the server " +
                     (table.planned ? "would refuse" : "refuses") + " UPDATE and DELETE on it",
           .hint = "Give it a primary key, or: ALTER TABLE " + table.name +
                   " REPLICA IDENTITY FULL;" +
                   (table.planned ? " --exclude-table " + table.name + " leaves it out." : "")});
    } else if (table.publishes_keys && table.identity == 'i' && table.primary_key) {
      lines.push_back({.check = "identity",
                       .detail = table.name + " uses an index beside its primary key",
                       .hint = "key holds the columns of that index, not the primary key; ALTER "
                               "TABLE " +
                               table.name + " REPLICA IDENTITY DEFAULT; changes that."});
    } else {
      ++good;
    }
  }
  if (good > 0)
    lines.push_back({.check = "identity", .detail = count(good, "table") + " in order"});
}

void judge_transactions(const Facts& facts, bool creates_slot, Lines& lines) {
  const bool matters = creates_slot && !facts.blockers.empty();
  lines.push_back(
      {.check = "transactions",
       .ok = !matters,
       .detail = facts.blockers.empty() ? "none open for long" : describe(facts.blockers),
       .hint = matters ? "A slot is made when they have ended; SELECT pg_terminate_backend(PID) "
                         "ends a process, ROLLBACK PREPARED a prepared transaction."
                       : "",
       .kind = ErrorKind::temporary});
}

Requirement judge_named_slot(const Facts& facts, const Wanted& wanted) {
  Requirement line{.check = "slot", .detail = wanted.slot};
  const auto refuse = [&](const std::string& why, std::string hint) {
    line.ok = false;
    line.detail += why;
    line.hint = std::move(hint);
  };
  const SlotInfo& slot = facts.slot;
  if (!slot.exists) {
    if (wanted.create)
      line.detail += " will be made";
    else
      refuse(" does not exist", "walcat create makes it, and --create.");
  } else if (slot.plugin != "pgoutput") {
    refuse(slot.type == "logical" ? " uses the plugin " + slot.plugin : " is a physical slot",
           "walcat reads slots made with pgoutput.");
  } else if (slot.database != facts.database) {
    refuse(" belongs to database " + slot.database, "Connect to that database with -d.");
  } else if (slot.wal_status == "lost") {
    refuse(" is lost: " +
               (slot.invalidation_reason.empty() ? "wal_removed" : slot.invalidation_reason),
           "Drop it with walcat drop, remove the ack file and begin with a new snapshot.");
  } else if (!slot.active_pid.empty()) {
    refuse(" is being read by process " + slot.active_pid, "Only one at a time can read it.");
    line.kind = ErrorKind::temporary;
  } else {
    line.detail += slot.failover ? ", a failover slot" : "";
  }
  return line;
}

void judge_slot(const Facts& facts, const Wanted& wanted, Lines& lines) {
  if (wanted.slot.empty()) {
    lines.push_back({.check = "slot", .detail = "temporary"});
    return;
  }
  lines.push_back(judge_named_slot(facts, wanted));
  const bool unlimited = facts.wal_keep_megabytes < 0;
  lines.push_back(
      {.check = "max_slot_wal_keep_size",
       .detail = unlimited ? "no limit" : std::to_string(facts.wal_keep_megabytes) + " MB",
       .hint = unlimited ? "A slot that nobody reads keeps WAL until the disk is full."
                         : "A slot that falls further behind is lost."});
}

}  // namespace

std::vector<Requirement> judge(const Facts& facts, const Wanted& wanted) {
  const bool creates_slot = wanted.slot.empty() || !facts.slot.exists;
  Lines lines;
  judge_server(facts, wanted, lines);
  judge_role(facts, lines);
  if (creates_slot) judge_limit("max_replication_slots", facts.slots_used, facts.slots_most, lines);
  judge_limit("max_wal_senders", facts.senders_used, facts.senders_most, lines);
  judge_publications(facts, wanted, lines);
  if (wanted.snapshot) judge_rights(facts, lines);
  judge_identities(facts, lines);
  judge_transactions(facts, creates_slot, lines);
  judge_slot(facts, wanted, lines);
  return lines;
}

}  // namespace cdckit::walcat
