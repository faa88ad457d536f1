// tested by
// tests/integration/snow-put/test_files.py::test_history_is_loaded_by_the_statements_beside_it
#include "tools/snow-put/files/write_files.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/ndjson/text.hpp"
#include "common/snow/identifiers.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace cdckit::snow_put {
namespace {

std::string unescaped(std::string_view raw) {
  std::string text;
  ndjson::append_unescaped(text, "\"" + std::string(raw) + "\"");
  return text;
}

std::string absolute_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const std::filesystem::path path =
      error ? std::filesystem::path() : std::filesystem::canonical(folder, error);
  if (!error) return path.string();
  throw base::Error(base::ErrorKind::cannot_create,
                    "could not create folder \"" + folder + "\": " + error.message());
}

void append_durably(const std::string& path, const std::string& text) {
  const io::FileDescriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  if (!file.is_open()) {
    throw base::Error(base::ErrorKind::cannot_create,
                      "could not open \"" + path + "\": " + std::strerror(errno));
  }
  io::write_all(file.get(), text, path);
  if (::fdatasync(file.get()) != 0) {
    throw base::Error(base::ErrorKind::io,
                      "could not sync \"" + path + "\": " + std::strerror(errno));
  }
}

}  // namespace

WriteFiles::WriteFiles(FilesSettings settings, cli::Context& context)
    : settings_(std::move(settings)),
      row_settings_(settings_.target),
      end_(context, {.name = "files:" + settings_.folder}),
      receipts_(STDOUT_FILENO, ndjson::Writer::Flush::every_line),
      names_(settings_.target.tables.empty() ? "" : settings_.target.tables.front(),
             settings_.target.table_map,
             settings_.target.added,
             settings_.target.rows.layout == Layout::journal) {
  if (row_settings_.rows.layout == Layout::journal) row_settings_.rows.layout = Layout::columns;
  row_settings_.rows.nulls_need_no_column = true;
  settings_.folder = absolute_folder(settings_.folder);
  reading_.run = base::random_id().substr(0, 12);
}

WriteFiles::Output& WriteFiles::output_of(const SourceName& source) {
  Output& output = outputs_[source];
  if (output.table) return output;
  output.table =
      std::make_unique<LoadTable>(settings_.target, settings_.place, names_.target(source));
  const auto schema = schemas_.find(source);
  if (schema != schemas_.end()) output.table->follow(schema->second, settings_.target.decoding);
  return output;
}

void WriteFiles::bad_line(const event::Item& item, std::string_view reason) {
  end_.bad_line({item.line_number, item.event.pos, reason, {}, item.text});
}

void WriteFiles::on_event(const event::Item& item) {
  if (item.event.op == 'm') return;  // a logical message is no row of a table
  const Placed placed = reading_.placer.place(item.event);
  if (placed.reason != nullptr) return bad_line(item, placed.reason);
  Output& output = output_of({unescaped(placed.origins.schema), unescaped(placed.origins.table)});
  const bool typed = settings_.target.rows.layout != Layout::variant;
  if (typed && output.table->shapeless() && output.table->broken().empty()) {
    throw base::Error(base::ErrorKind::unavailable,
                      "could not lay out table " + snow::sql_name(output.table->address()) +
                          ": no schema line came for it",
                      "Let the source say its schemas, or use --layout variant.");
  }
  reading_.row.clear();
  const std::string reason = output.table->append(reading_.row, item.event, placed.position);
  if (!reason.empty()) return bad_line(item, reason);
  output.newest.clear();
  event::append_position(output.newest, placed.position.position);
  add(output, reading_.row);
}

void WriteFiles::on_row(const event::Item& item) {
  if (rows_.table) return take_row(item);
  if (settings_.target.tables.empty()) {
    throw base::Error(base::ErrorKind::usage,
                      "could not place a row without op: --table is missing");
  }
  held_.add(item);
  if (held_.enough()) release_rows();
}

// The first plain rows say what their table looks like.
void WriteFiles::release_rows() {
  if (held_.empty()) return;
  const ChosenTable chosen{snow::typed_name(settings_.target.tables.front()), {}};
  rows_.table = std::make_unique<LoadTable>(row_settings_, settings_.place, chosen);
  rows_.table->grow(held_.guessed());
  event::Decoder decoder;
  for (const ParkedLine& row : held_.take()) {
    event::Item item;
    event::LineKind kind{};
    item.line_number = row.line;
    item.text = row.text;
    decoder.decode(row.text, false, kind, item.event);
    take_row(item);
  }
}

void WriteFiles::take_row(const event::Item& item) {
  reading_.row.clear();
  std::string reason = rows_.table->append_row(reading_.row, item.event);
  if (!reason.empty()) {
    GuessedColumns guessed;
    guessed.see(item.event);
    if (rows_.table->grow(guessed)) reason = rows_.table->append_row(reading_.row, item.event);
  }
  if (!reason.empty()) return bad_line(item, reason);
  add(rows_, reading_.row);
}

void WriteFiles::add(Output& output, const std::string& row) {
  if (!output.file) {
    const std::string name = channel_name(output.table->address().table) + "-" + reading_.run +
                             "-" + std::to_string(++reading_.files) + ".ndjson.zst";
    output.file = std::make_unique<LoadFile>(settings_.folder + "/" + name);
  }
  const std::uint64_t before = output.file->bytes();
  output.file->add_row(row);
  // at least one: what the compressor holds back is there, too
  reading_.open_bytes += std::max<std::uint64_t>(output.file->bytes() - before, 1);
  ++reading_.rows;
  // Where checkpoints come files end there, so that what is sent again is in none.
  if (!end_.tracked() && output.file->bytes() >= settings_.file_bytes) keep(output);
}

void WriteFiles::on_control(const event::Item& item) {
  const event::Control& control = item.control;
  if (control.kind == event::ControlKind::hello)
    settings_.target.decoding.said = debezium::parse_encoding(control.encoding);
  if (control.kind != event::ControlKind::schema) return;
  event::TableSchema schema = event::parse_schema_line(control.line);
  const SourceName source{schema.schema, schema.table};
  event::TableSchema& known = schemas_[source];
  known = std::move(schema);
  const auto output = outputs_.find(source);
  if (output != outputs_.end() && output->second.table)
    output->second.table->follow(known, settings_.target.decoding);
}

// The statements first: a file that they do not name would be one too few.
void WriteFiles::keep(Output& output) {
  if (!output.file) return;
  const LoadTable& table = *output.table;
  const LoadFile& file = *output.file;
  const std::string name = std::filesystem::path(file.path()).filename().string();
  output.file->keep();
  std::string sql;
  if (std::string create = table.create_sql(); create != output.made) {
    sql += create;
    output.made = std::move(create);
  }
  const std::string copy = table.copy_sql(name);
  sql += table.put_sql(file.path()) + ";\n" + copy + ";\n";
  append_durably(settings_.folder + "/load.sql", sql);
  std::string receipt = R"({"tool":"snow-put","table":)";
  ndjson::append_string(receipt, table.address().table);
  receipt += R"(,"file":)";
  ndjson::append_string(receipt, name);
  receipt += R"(,"rows":)" + std::to_string(file.rows()) + R"(,"bytes":)" +
             std::to_string(file.bytes()) + R"(,"pos":)";
  if (output.newest.empty()) {
    receipt += "null";
  } else {
    ndjson::append_string(receipt, output.newest);
  }
  receipt += R"(,"copy":)";
  ndjson::append_string(receipt, copy);
  receipts_.write(receipt + "}");
  output.file.reset();
}

void WriteFiles::keep_all() {
  for (auto& [source, output] : outputs_) keep(output);
  keep(rows_);
  reading_.open_bytes = 0;
}

bool WriteFiles::has_open_file() const {
  return rows_.file || std::any_of(outputs_.begin(), outputs_.end(), [](const auto& entry) {
           return entry.second.file != nullptr;
         });
}

void WriteFiles::forget_all() {
  for (auto& [source, output] : outputs_) output.file.reset();
  rows_.file.reset();
}

void WriteFiles::on_checkpoint(const event::Control& /*control*/, std::uint64_t mark, bool eof) {
  release_rows();
  if (!eof && reading_.open_bytes < settings_.file_bytes) return;
  keep_all();
  end_.durable(mark, reading_.rows);
}

bool WriteFiles::finish(pipe::Finish how, bool tracked) {
  if (tracked && how != pipe::Finish::whole) {
    const bool nothing_left = !has_open_file() && held_.empty() && !end_.pending();
    forget_all();
    return nothing_left;
  }
  release_rows();
  keep_all();
  return true;
}

}  // namespace cdckit::snow_put
