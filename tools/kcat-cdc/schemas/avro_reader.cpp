#include "tools/kcat-cdc/schemas/avro_reader.hpp"

#include "common/avro/avro_to_connect.hpp"
#include "common/base/error.hpp"
#include "common/event/event.hpp"

namespace cdckit::kcat_cdc {

namespace {

// The number of a record's field.
std::optional<std::uint32_t> find_field(const avro::Plan& plan,
                                        const avro::Step& record,
                                        std::string_view name) {
  for (std::uint32_t i = 0; i < record.count; ++i) {
    if (plan.name(plan.field(record.first + i)) == name) return i;
  }
  return std::nullopt;
}

std::string_view text_at(const avro::Decoder& decoder,
                         const std::vector<avro::Decoder::Span>& spans,
                         const std::optional<std::uint32_t>& place) {
  if (!place || *place >= spans.size()) return {};
  const auto [begin, end] = spans[*place];
  const std::string_view token = decoder.json().substr(begin, end - begin);
  return token.starts_with('"') ? token.substr(1, token.size() - 2) : std::string_view{};
}

}  // namespace

AvroReader::Program::Program(registry::WriterSchemaPointer writer)
    : schema(std::move(writer)),
      decoder(schema->plan),
      connect(std::make_shared<const std::string>(avro::avro_to_connect(schema->schema))) {
  find_places();
}

void AvroReader::Program::find_places() {
  const avro::Plan& plan = schema->plan;
  const avro::Step& root = plan.step(plan.root());
  if (root.operation != avro::Operation::record) return;
  for (std::uint32_t i = 0; i < root.count; ++i) {
    if (event::is_our_member(plan.name(plan.field(root.first + i)))) return;
  }
  places.emplace();
  places->operation = find_field(plan, root, "op");
  const auto source = find_field(plan, root, "source");
  decoder.note_fields(source.value_or(root.count));
  if (!source) return;
  const avro::Step* step = &plan.step(plan.field(root.first + *source).step);
  if (step->operation == avro::Operation::nullable) step = &plan.step(step->first);
  if (step->operation != avro::Operation::record) return;
  places->schema = find_field(plan, *step, "schema");
  places->table = find_field(plan, *step, "table");
}

const KnownMembers* AvroReader::know(const Program& program) {
  if (!program.places) return nullptr;
  const avro::Decoder& decoder = program.decoder;
  const auto operation = text_at(decoder, decoder.fields(), program.places->operation);
  known_.operation = operation.size() == 1 ? operation.front() : '\0';
  known_.names_table =
      program.places->schema && program.places->table && !decoder.inner_fields().empty();
  known_.schema = text_at(decoder, decoder.inner_fields(), program.places->schema);
  known_.table = text_at(decoder, decoder.inner_fields(), program.places->table);
  return &known_;
}

AvroReader::Program& AvroReader::program_of(const registry::Frame& frame) {
  std::unique_ptr<Program>& program = frame.id ? by_id_[*frame.id] : by_guid_[*frame.guid];
  if (!program) program = std::make_unique<Program>(source_.schema_of(frame));
  return *program;
}

const char* AvroReader::read(std::string_view bytes,
                             std::optional<std::string_view> header,
                             Unwrapped& out) {
  registry::Frame frame;
  if (const char* reason = registry::read_frame(bytes, header, frame)) return reason;
  try {
    Program& program = program_of(frame);
    if (const char* reason = program.decoder.decode(frame.payload)) return reason;
    out = {program.decoder.json(), program.connect, true, true, know(program)};
    return nullptr;
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::data) throw;
    reason_ = error.what();
    return reason_.c_str();
  }
}

}  // namespace cdckit::kcat_cdc
