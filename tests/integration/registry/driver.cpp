// Puts common/avro and common/registry behind stdin and stdout, so that judges that were not
// written here can be asked about them. One JSON object a line in, one out; {"error":kind,"why":..}
// when it could not be done.
#include "common/avro/avro_to_connect.hpp"
#include "common/avro/connect_to_avro.hpp"
#include "common/avro/decoder.hpp"
#include "common/avro/encoder.hpp"
#include "common/base/base64.hpp"
#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/ndjson/validator.hpp"
#include "common/registry/client.hpp"

#include <fstream>
#include <iostream>
#include <map>

#include <nlohmann/json.hpp>

using namespace cdckit;
using Json = nlohmann::ordered_json;

namespace {

std::string bytes_member(const Json& request, const char* name) {
  const auto bytes = base::from_base64(request.at(name).get<std::string>());
  if (!bytes) throw base::Error(base::ErrorKind::usage, "no base64");
  return *bytes;
}

Json decoded(const avro::Plan& plan, std::string_view bytes) {
  avro::Decoder decoder(plan);
  std::string json;
  if (const char* problem = decoder.decode(bytes, json))
    throw base::Error(base::ErrorKind::data, problem);
  ndjson::Validator validator;
  if (validator.check_value(json, false) != nullptr)
    throw base::Error(base::ErrorKind::bug, "what is decoded is no JSON");
  return {{"json", json}};
}

avro::Plan plan_of(const Json& request) {
  std::vector<std::string> references;
  if (request.contains("references")) references = request.at("references");
  return avro::Plan(avro::Schema::parse(request.at("schema").get<std::string>(), references));
}

Json decode(const Json& request) {
  return decoded(plan_of(request), bytes_member(request, "bytes"));
}

Json encode(const Json& request) {
  const avro::Plan plan = plan_of(request);
  avro::Encoder encoder(plan);
  std::string bytes;
  if (!encoder.encode(bytes, request.at("json").get<std::string>()))
    throw base::Error(base::ErrorKind::data, encoder.problem());
  return {{"bytes", base::to_base64(bytes)}};
}

// A line as walcat prints it.
Json write(const Json& request) {
  const avro::Plan plan = plan_of(request);
  const auto line = request.at("line").get<std::string>();
  event::Decoder decoder;
  event::LineKind kind{};
  event::Event event;
  if (decoder.decode(line, false, kind, event) != nullptr || kind != event::LineKind::event)
    throw base::Error(base::ErrorKind::usage, "no event");
  avro::Encoder encoder(plan);
  std::string bytes;
  if (!encoder.encode(bytes, event)) throw base::Error(base::ErrorKind::data, encoder.problem());
  return {{"bytes", base::to_base64(bytes)}};
}

Json to_avro(const Json& request) {
  static const std::map<std::string, avro::NameAdjustment> kModes{
      {"none", avro::NameAdjustment::none},
      {"avro", avro::NameAdjustment::avro},
      {"avro_unicode", avro::NameAdjustment::avro_unicode}};
  const std::string topic = request.value("topic", std::string());
  const auto made =
      avro::connect_to_avro(request.at("connect").get<std::string>(),
                            {kModes.at(request.value("adjustment", std::string("none"))), topic});
  return {{"schema", made.schema}, {"name", made.full_name}, {"notes", made.notes}};
}

Json to_connect(const Json& request) {
  return {{"connect",
           avro::avro_to_connect(avro::Schema::parse(request.at("schema").get<std::string>()))}};
}

class Registry {
 public:
  explicit Registry(const std::map<std::string, std::string>& properties) {
    registry::Settings settings;
    for (const auto& [name, value] : properties) registry::set_property(settings, name, value);
    if (properties.contains("token.command")) {
      settings.fetch_token = [command = properties.at("token.command")] {
        return token::get_token(command);
      };
    }
    using std::chrono_literals::operator""ms;
    client_.emplace(std::move(settings), registry::ClientOptions{.retry = {10ms, 50ms, 300ms}});
  }

  Json id_of(const Json& request) {
    return {{"id", client_->id_of(request.at("subject"), request.at("schema"))},
            {"requests", client_->requests()}};
  }

  Json read(const Json& request) {
    const std::string bytes = bytes_member(request, "bytes");
    std::optional<std::string> header;
    if (request.contains("header")) header = bytes_member(request, "header");
    registry::Frame frame;
    if (const char* problem = registry::read_frame(bytes, header, frame))
      throw base::Error(base::ErrorKind::data, problem);
    Json out = decoded(client_->schema_of(frame)->plan, frame.payload);
    out["requests"] = client_->requests();
    return out;
  }

  Json access(const Json& /*request*/) {
    client_->check_access();
    return Json::object();
  }

 private:
  std::optional<registry::Client> client_;
};

std::map<std::string, std::string> read_properties(const char* path) {
  std::map<std::string, std::string> out;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const auto equals = line.find('=');
    if (equals != std::string::npos) out[line.substr(0, equals)] = line.substr(equals + 1);
  }
  return out;
}

Json answer(const Json& request, std::optional<Registry>& registry) {
  const auto verb = request.at("do").get<std::string>();
  if (verb == "decode") return decode(request);
  if (verb == "encode") return encode(request);
  if (verb == "write") return write(request);
  if (verb == "to_avro") return to_avro(request);
  if (verb == "to_connect") return to_connect(request);
  if (verb == "id_of") return registry.value().id_of(request);
  if (verb == "read") return registry.value().read(request);
  if (verb == "access") return registry.value().access(request);
  throw base::Error(base::ErrorKind::usage, verb);
}

}  // namespace

// registry-driver [PROPERTIES_FILE]
int main(int argc, char** argv) {
  std::optional<Registry> registry;
  if (argc > 1) registry.emplace(read_properties(argv[1]));
  for (std::string line; std::getline(std::cin, line);) {
    Json out;
    try {
      out = answer(Json::parse(line), registry);
    } catch (const base::Error& error) {
      out = {{"error", to_int(base::exit_code_for(error.kind()))}, {"why", error.what()}};
    }
    std::cout << out.dump() << std::endl;
  }
  return 0;
}
