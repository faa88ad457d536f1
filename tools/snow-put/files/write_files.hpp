// `files`: lines become files of rows in a folder, and load.sql beside them the statements that
// load them. A checkpoint is acknowledged once all files before it are on disk. One thread.
#pragma once

#include "common/cli/run_tool.hpp"
#include "common/ndjson/writer.hpp"
#include "common/pipe/sink_end.hpp"
#include "tools/snow-put/files/load_file.hpp"
#include "tools/snow-put/files/load_table.hpp"
#include "tools/snow-put/rows/held_rows.hpp"
#include "tools/snow-put/rows/place.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace cdckit::snow_put {

struct FilesSettings {
  std::string folder;
  Place place;
  TargetSettings target;
  std::uint64_t file_bytes = 100U << 20U;
};

class WriteFiles final : private pipe::Sink {
 public:
  // Makes the folder. Throws cannot_create.
  WriteFiles(FilesSettings settings, cli::Context& context);
  base::ExitCode run() { return end_.run(*this); }

 private:
  struct Output {
    std::unique_ptr<LoadTable> table;
    std::unique_ptr<LoadFile> file;  // null: nothing since the last one was kept
    std::string made;                // the CREATE that load.sql has
    std::string newest;              // position of the newest row
  };

  void on_event(const event::Item& item) override;
  void on_row(const event::Item& item) override;
  void on_control(const event::Item& item) override;
  void on_checkpoint(const event::Control& control, std::uint64_t mark, bool eof) override;
  [[nodiscard]] std::chrono::milliseconds patience() const override { return kForEver; }
  bool finish(pipe::Finish how, bool tracked) override;

  Output& output_of(const SourceName& source);
  void take_row(const event::Item& item);
  void release_rows();
  void bad_line(const event::Item& item, std::string_view reason);
  void add(Output& output, const std::string& row);
  void keep(Output& output);
  void keep_all();
  void forget_all();

  static constexpr std::chrono::milliseconds kForEver{-1};

  [[nodiscard]] bool has_open_file() const;

  FilesSettings settings_;
  TargetSettings row_settings_;  // of plain rows: they have no journal
  pipe::SinkEnd end_;
  ndjson::Writer receipts_;
  TableNames names_;
  std::map<SourceName, event::TableSchema> schemas_;
  std::map<SourceName, Output> outputs_;
  Output rows_;
  HeldRows held_;
  struct Reading {
    Placer placer;
    std::string row;
    std::string run;
    std::uint64_t files = 0;
    std::uint64_t open_bytes = 0;  // of rows that are in no kept file
    std::uint64_t rows = 0;
  } reading_;
};

}  // namespace cdckit::snow_put
