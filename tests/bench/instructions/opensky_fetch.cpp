// opensky-fetch: recorded answers of the service to rows.
#include "common/base/text.hpp"
#include "common/io/file_descriptor.hpp"
#include "common/ndjson/reader.hpp"
#include "tests/bench/instructions/work.hpp"
#include "tools/opensky-fetch/rows/each_row.hpp"
#include "tools/opensky-fetch/rows/row_filter.hpp"
#include "tools/opensky-fetch/rows/row_writer.hpp"

namespace cdckit::bench {
namespace {

using namespace cdckit::opensky_fetch;

class Rows final : public Work {
 public:
  explicit Rows(const std::string& path)
      : answers_(base::split(io::read_file(path), '\n')),
        reader_(Endpoint::states),
        filter_({}, {}),
        writer_(default_fields(Endpoint::states, false), TimeFormat::iso) {
    std::erase(answers_, "");
    for (std::string& answer : answers_) answer.reserve(answer.size() + ndjson::kPadding);
  }

  void pass() override {
    for (const std::string& answer : answers_) {
      const Part part = reader_.read(answer);
      const Snapshot snapshot{.time = part.time, .parts = {part.content}};
      writer_.begin_snapshot(snapshot.time);
      out_.reserve(writer_.estimate(part.content));
      each_row(Endpoint::states, snapshot, [this](const RowValues& values) {
        if (!filter_.passes(values)) return;
        writer_.append(out_, values);
        count();
      });
      taken(out_);
      out_.clear();
    }
  }

 private:
  std::vector<std::string> answers_;
  AnswerReader reader_;
  RowFilter filter_;
  RowWriter writer_;
  std::string out_;
};

}  // namespace

std::unique_ptr<Work> make_work(std::string_view name, const std::string& path) {
  if (name == "rows") return std::make_unique<Rows>(path);
  refuse(name);
}

}  // namespace cdckit::bench
