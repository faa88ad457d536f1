// tested by tests/integration/snow-ddl/test_generate.py::test_what_is_made_is_what_snow_put_makes
#include "tools/snow-ddl/commands/generate.hpp"

#include "common/base/error.hpp"
#include "common/cli/check_line.hpp"
#include "common/event/schema.hpp"
#include "common/io/file_descriptor.hpp"
#include "common/ndjson/reader.hpp"
#include "common/ndjson/writer.hpp"
#include "tools/snow-ddl/generate/known_layouts.hpp"
#include "tools/snow-ddl/generate/table_script.hpp"
#include "tools/snow-ddl/result/json_line.hpp"
#include "tools/snow-ddl/result/new_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cdckit::snow_ddl {
namespace {

using base::ErrorKind;
using base::ExitCode;

constexpr std::size_t kLongestLine = std::size_t{64} << 20U;

struct MadeScript {
  std::string file;
  std::string text;
  std::size_t statements = 0;
};

io::FileDescriptor open_input(const std::string& path) {
  if (path.empty()) return io::FileDescriptor(::dup(STDIN_FILENO));
  io::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open())
    throw base::system_error(
        ErrorKind::unavailable, fmt::format("could not read \"{}\"", path), errno);
  return file;
}

bool is_schema_line(std::string_view line) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (json.is_discarded()) throw base::Error(ErrorKind::data, "it is no JSON");
  return json.is_object() && json.value("__cdc", nlohmann::json()) == "schema";
}

// The newest shape of each table, in the order in which tables first came.
std::vector<event::TableSchema> read_schemas(const std::string& from, const cli::Context& context) {
  const io::FileDescriptor file = open_input(from);
  ndjson::Reader reader(file.get(), from.empty() ? "stdin" : from, kLongestLine);
  std::vector<event::TableSchema> schemas;
  ndjson::Line line;
  for (;;) {
    const auto status = reader.next(line, std::chrono::milliseconds(-1), context.stop().fd());
    if (status == ndjson::ReadStatus::end) break;
    if (status == ndjson::ReadStatus::interrupted)
      throw base::Error(ErrorKind::temporary, "could not read schema lines: stopped");
    try {
      if (status == ndjson::ReadStatus::too_long)
        throw base::Error(ErrorKind::data, "it is longer than 64 MiB");
      if (!is_schema_line(line.text)) continue;
      event::TableSchema schema = event::parse_schema_line(line.text);
      const auto known =
          std::find_if(schemas.begin(), schemas.end(), [&](const event::TableSchema& other) {
            return other.schema == schema.schema && other.table == schema.table;
          });
      if (known == schemas.end()) {
        schemas.push_back(std::move(schema));
      } else {
        *known = std::move(schema);
      }
    } catch (const base::Error& error) {
      throw base::Error(
          error.kind(),
          fmt::format("{}: could not take line: {}", reader.where(line.number), error.what()));
    }
  }
  if (schemas.empty())
    throw base::Error(ErrorKind::data,
                      fmt::format("could not generate: {} has no schema line",
                                  from.empty() ? "stdin" : '"' + from + '"'),
                      "walcat --schema-only prints them.");
  return schemas;
}

class Generator {
 public:
  explicit Generator(const GenerateFlags& flags)
      : flags_(flags),
        known_(read_known_layouts(flags.folder)),
        names_("", flags.table_map, flags.added) {}

  std::vector<MadeScript> make(const std::vector<event::TableSchema>& schemas) {
    if (!known_.setup)
      add("setup",
          "What all tables need: the loader's role, and the state.",
          setup_comment(),
          setup_statements());
    for (const event::TableSchema& schema : schemas) add_table(schema);
    return std::move(scripts_);
  }

 private:
  void add_table(const event::TableSchema& schema) {
    const journal::ChosenTable& target = names_.target({schema.schema, schema.table});
    const TableLayout wanted = layout_of(schema, target, flags_.layout);
    const auto before = known_.tables.find(target.name);
    const bool is_new = before == known_.tables.end();
    TableLayout now = is_new ? wanted : followed(before->second, wanted, flags_.layout);
    if (now.folding == Folding::dynamic && (now.history || now.soft_deletes))
      throw base::Error(ErrorKind::usage,
                        fmt::format("could not generate \"{}\": a dynamic table has no {}",
                                    now.table,
                                    now.history ? "history" : "soft deletes"),
                        "--merge task or --merge none fold rows one commit after the other.");
    auto statements = table_statements(is_new ? nullptr : &before->second, now);
    if (statements.empty()) return;
    add(file_part(now.table),
        fmt::format("{} of {}.{}", is_new ? "Tables" : "What changes", schema.schema, schema.table),
        layout_comment(now),
        statements);
    known_.tables.insert_or_assign(now.table, std::move(now));
  }

  void add(const std::string& name,
           const std::string& heading,
           const std::string& comment,
           const std::vector<std::string>& statements) {
    known_.version = next_version(known_.version);
    scripts_.push_back({fmt::format("V{}__cdc_{}.sql", known_.version, name),
                        script_text(heading, comment, statements),
                        statements.size()});
  }

  const GenerateFlags& flags_;
  KnownLayouts known_;
  journal::TableNames names_;
  std::vector<MadeScript> scripts_;
};

// Tasks and dynamic tables both know no shorter one than this.
void take_interval(GenerateFlags& flags) {
  constexpr std::chrono::seconds kLeast{60};
  if (flags.every.count() == 0) return;
  if (flags.every < kLeast)
    throw base::Error(ErrorKind::usage, "could not use --every: it is below 1m");
  flags.layout.every = std::chrono::duration_cast<std::chrono::seconds>(flags.every);
}

ExitCode check_folder(const GenerateFlags& flags) {
  const KnownLayouts known = read_known_layouts(flags.folder);
  cli::print_check("scripts",
                   true,
                   fmt::format("{}: {} tables were generated", flags.folder, known.tables.size()));
  return ExitCode::done;
}

}  // namespace

ExitCode generate(const GenerateFlags& given, const cli::Context& context) {
  GenerateFlags flags = given;
  take_interval(flags);
  if (flags.folder.empty())
    throw base::Error(ErrorKind::usage, "could not generate: --out names no folder");
  if (context.options().check) return check_folder(flags);
  const auto scripts = Generator(flags).make(read_schemas(flags.from, context));
  ndjson::Writer out(STDOUT_FILENO, ndjson::Writer::Flush::every_line);
  for (const MadeScript& script : scripts) {
    const std::string path = (std::filesystem::path(flags.folder) / script.file).string();
    write_new_file(path, script.text);
    JsonLine line;
    line.text("script", path);
    line.number("statements", script.statements);
    out.write(line.finish());
  }
  return ExitCode::done;
}

}  // namespace cdckit::snow_ddl
