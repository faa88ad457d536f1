#include "common/registry/client.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "tests/unit/common/http/loopback_server.hpp"

#include <functional>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::registry;
using namespace std::chrono_literals;

namespace {

constexpr const char* kRow = R"({"type":"record","name":"R","fields":[{"name":"a","type":"int"}]})";
constexpr const char* kOther =
    R"({"type":"record","name":"R","fields":[{"name":"a","type":"string"}]})";

// Answers by the first line of the request; what is not there is what a registry says of it.
class Registry {
 public:
  using Answers = std::map<std::string, std::string>;
  explicit Registry(Answers answers)
      : answers_(std::move(answers)), server_([this](const std::string& request) {
          const auto line = request.substr(0, request.find(" HTTP/"));
          const auto found = answers_.find(line);
          if (found != answers_.end()) return found->second;
          return error("404 Not Found", 40401, "Subject not found.");
        }) {}

  static std::string ok(const std::string& body) {
    return http::LoopbackServer::answer("200 OK", body);
  }
  static std::string error(const std::string& status, int code, const std::string& message) {
    return http::LoopbackServer::answer(
        status, R"({"error_code":)" + std::to_string(code) + R"(,"message":")" + message + "\"}");
  }
  Client client() {
    Settings settings;
    set_url(settings, server_.url("/base"));
    return client(settings);
  }
  Client client(Settings settings) {
    set_url(settings, server_.url("/base"));
    return Client(std::move(settings), {.retry = {1ms, 2ms, 20ms}});
  }
  [[nodiscard]] std::size_t requests() const { return server_.requests().size(); }
  [[nodiscard]] std::string request(std::size_t i) const { return server_.requests().at(i); }

 private:
  Answers answers_;
  http::LoopbackServer server_;
};

Frame of_id(std::int32_t id) {
  Frame frame;
  frame.id = id;
  return frame;
}

struct Refused {
  base::ErrorKind kind = base::ErrorKind::bug;
  std::string what;
};
Refused refusal(const std::function<void()>& run) {
  try {
    run();
  } catch (const base::Error& error) {
    return {error.kind(), error.what()};
  }
  return {};
}
bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a schema that is there is found, once for all records") {
  Registry registry({{"POST /base/subjects/a%2Fb-value", Registry::ok(R"({"id":7})")}});
  Client client = registry.client();
  for (int i = 0; i < 3; ++i) CHECK(client.id_of("a/b-value", kRow) == 7);
  CHECK(registry.requests() == 1);
  CHECK(holds(registry.request(0), "\"schemaType\":\"AVRO\""));
}

TEST_CASE("a new schema is held against the latest, then registered") {
  Registry registry({{"POST /base/compatibility/subjects/s/versions/latest?verbose=true",
                      Registry::ok(R"({"is_compatible":true})")},
                     {"POST /base/subjects/s/versions", Registry::ok(R"({"id":8})")}});
  Client client = registry.client();
  CHECK(client.id_of("s", kRow) == 8);
  CHECK(client.id_of("s", kRow) == 8);
  CHECK(registry.requests() == 3);
}

TEST_CASE("the first schema of a subject needs no comparison") {
  Registry registry({{"POST /base/subjects/s/versions", Registry::ok(R"({"id":1})")}});
  CHECK(registry.client().id_of("s", kRow) == 1);
}

TEST_CASE(
    "a schema that does not fit is unavailable, with level and difference; nothing is registered") {
  const Registry::Answers answers{
      {"GET /base/config/s?defaultToGlobal=true", Registry::ok(R"({"compatibilityLevel":"FULL"})")},
      {"GET /base/subjects/s/versions/latest",
       Registry::ok(
           R"({"subject":"s","version":1,"id":1,"schema":"{\"type\":\"record\",\"name\":\"R\",)"
           R"(\"fields\":[{\"name\":\"a\",\"type\":\"int\"}]}"})")}};
  SUBCASE("as the comparison says") {
    auto more = answers;
    more["POST /base/compatibility/subjects/s/versions/latest?verbose=true"] =
        Registry::ok(R"({"is_compatible":false})");
    Registry registry(more);
    Client client = registry.client();
    const auto why = refusal([&] { client.id_of("s", kOther); });
    CHECK(why.kind == base::ErrorKind::unavailable);
    CHECK(holds(why.what, "\"s\""));
    CHECK(holds(why.what, "(FULL)"));
    CHECK(holds(why.what, "\"a\": int became string"));
    for (std::size_t i = 0; i < registry.requests(); ++i)
      CHECK_FALSE(holds(registry.request(i), "POST /base/subjects/s/versions "));
  }
  SUBCASE("as the registration says, against an older version") {
    auto more = answers;
    more["POST /base/compatibility/subjects/s/versions/latest?verbose=true"] =
        Registry::ok(R"({"is_compatible":true})");
    more["POST /base/subjects/s/versions"] = Registry::error("409 Conflict", 409, "no");
    Registry registry(more);
    Client client = registry.client();
    const auto why = refusal([&] { client.id_of("s", kOther); });
    CHECK(why.kind == base::ErrorKind::unavailable);
    CHECK(holds(why.what, "(FULL)"));
  }
}

TEST_CASE("without leave to register a missing schema is unavailable") {
  Registry registry({});
  Settings settings;
  settings.register_schemas = false;
  Client client = registry.client(settings);
  CHECK(refusal([&] { client.id_of("s", kRow); }).kind == base::ErrorKind::unavailable);
  CHECK(registry.requests() == 1);
}

TEST_CASE("a schema by its id is read once") {
  Registry registry({{"GET /base/schemas/ids/5", Registry::ok(R"({"schema":"\"long\""})")}});
  Client client = registry.client();
  for (int i = 0; i < 3; ++i) {
    const auto schema = client.schema_of(of_id(5));
    CHECK(schema->plan.step(schema->plan.root()).operation == avro::Operation::int64);
  }
  CHECK(registry.requests() == 1);
}

TEST_CASE("a schema by its GUID") {
  Frame frame;
  frame.guid = Guid{};
  Registry registry({{"GET /base/schemas/guids/00000000-0000-0000-0000-000000000000",
                      Registry::ok(R"({"schema":"\"int\""})")}});
  CHECK(registry.client().schema_of(frame)->schema.text() == "\"int\"");
  Registry old({{"GET /base/schemas/guids/00000000-0000-0000-0000-000000000000",
                 http::LoopbackServer::answer("404 Not Found", "")},
                {"GET /base/subjects", Registry::ok("[]")}});
  Client of_old = old.client();
  const auto why = refusal([&] { of_old.schema_of(frame); });
  CHECK(why.kind == base::ErrorKind::data);
  CHECK(holds(why.what, "GUID 00000000-0000"));
}

TEST_CASE("references are followed to any depth, each is fetched once") {
  const auto version = [](const std::string& schema, const std::string& references) {
    return Registry::ok(R"({"subject":"x","id":1,"version":1,"schema":")" + schema +
                        R"(","references":[)" + references + "]}");
  };
  const std::string a = R"({"name":"n.A","subject":"A","version":1})";
  const std::string b = R"({"name":"n.B","subject":"B","version":2})";
  Registry registry(
      {{"GET /base/schemas/ids/9",
        Registry::ok(
            R"({"schema":"{\"type\":\"record\",\"name\":\"n.C\",\"fields\":[{\"name\":\"b\",\"type\":\"n.B\"},)"
            R"({\"name\":\"a\",\"type\":\"n.A\"}]}","references":[)" +
            b + "," + a + "]}")},
       {"GET /base/subjects/B/versions/2",
        version(
            R"({\"type\":\"record\",\"name\":\"n.B\",\"fields\":[{\"name\":\"a\",\"type\":\"n.A\"}]})",
            a)},
       {"GET /base/subjects/A/versions/1",
        version(R"({\"type\":\"fixed\",\"name\":\"n.A\",\"size\":2})", "")}});
  Client client = registry.client();
  const auto schema = client.schema_of(of_id(9));
  CHECK(schema->schema.node(schema->schema.root()).full_name == "n.C");
  CHECK(registry.requests() == 3);
}

TEST_CASE(
    "what cannot be read with is bad data: an unknown id, a missing reference, another format") {
  Registry registry(
      {{"GET /base/schemas/ids/999999",
        Registry::error("404 Not Found", 40403, "Schema not found")},
       {"GET /base/schemas/ids/2",
        Registry::ok(
            R"({"schema":"\"n.A\"","references":[{"name":"n.A","subject":"A","version":4}]})")},
       {"GET /base/schemas/ids/3", Registry::ok(R"({"schema":"x","schemaType":"PROTOBUF"})")},
       {"GET /base/schemas/ids/4", Registry::ok(R"({"schema":"{"})")}});
  Client client = registry.client();
  const auto unknown = refusal([&] { client.schema_of(of_id(999999)); });
  CHECK(unknown.kind == base::ErrorKind::data);
  CHECK(holds(unknown.what, "id 999999"));
  const auto asked = registry.requests();
  CHECK(refusal([&] { client.schema_of(of_id(999999)); }).what == unknown.what);
  CHECK(registry.requests() == asked);
  const auto missing = refusal([&] { client.schema_of(of_id(2)); });
  CHECK(missing.kind == base::ErrorKind::data);
  CHECK(holds(missing.what, "version 4 of subject \"A\""));
  CHECK(holds(refusal([&] { client.schema_of(of_id(3)); }).what, "PROTOBUF"));
  CHECK(refusal([&] { client.schema_of(of_id(4)); }).kind == base::ErrorKind::data);
}

TEST_CASE("a registry that is away or busy is temporary, never bad data") {
  for (const char* status : {"500 Internal Server Error",
                             "503 Service Unavailable",
                             "429 Too Many Requests",
                             "408 Request Timeout"}) {
    Registry registry({{"GET /base/schemas/ids/1", Registry::error(status, 50001, "store")}});
    Client client = registry.client();
    CHECK(refusal([&] { client.schema_of(of_id(1)); }).kind == base::ErrorKind::temporary);
    CHECK(registry.requests() > 1);
  }
  Settings settings;
  set_url(settings, "http://127.0.0.1:1");
  Client client(settings, {.retry = {1ms, 2ms, 20ms}});
  CHECK(refusal([&] { client.schema_of(of_id(1)); }).kind == base::ErrorKind::temporary);
  CHECK(refusal([&] { client.id_of("s", kRow); }).kind == base::ErrorKind::temporary);
}

TEST_CASE("a page that is no registry's is not taken for an unknown id") {
  Registry registry(
      {{"GET /base/schemas/ids/1", http::LoopbackServer::answer("404 Not Found", "<html>")},
       {"GET /base/schemas/ids/2", http::LoopbackServer::answer("200 OK", "<html>")}});
  Client client = registry.client();
  CHECK(refusal([&] { client.schema_of(of_id(1)); }).kind == base::ErrorKind::unavailable);
  CHECK(refusal([&] { client.schema_of(of_id(2)); }).kind == base::ErrorKind::protocol);
}

TEST_CASE("a refused login is permission, at once") {
  for (const char* status : {"401 Unauthorized", "403 Forbidden"}) {
    Registry registry({{"GET /base/subjects", http::LoopbackServer::answer(status, "")}});
    Client client = registry.client();
    CHECK(refusal([&] { client.check_access(); }).kind == base::ErrorKind::permission);
    CHECK(registry.requests() == 1);
  }
}

TEST_CASE("user and password, a token, and a token that is fetched again when it has run out") {
  const Registry::Answers fine{{"GET /base/subjects", Registry::ok("[]")}};
  SUBCASE("basic") {
    Registry registry(fine);
    Settings settings;
    settings.user_info = secrets::Secret("me:pass");
    registry.client(settings).check_access();
    CHECK(holds(registry.request(0), "Authorization: Basic bWU6cGFzcw==\r\n"));
  }
  SUBCASE("bearer") {
    Registry registry(fine);
    Settings settings;
    settings.token = secrets::Secret("tok");
    registry.client(settings).check_access();
    CHECK(holds(registry.request(0), "Authorization: Bearer tok\r\n"));
  }
  SUBCASE("fetched") {
    int fetched = 0;
    http::LoopbackServer server([&](const std::string& request) {
      return holds(request, "Bearer t2") ? Registry::ok("[]")
                                         : http::LoopbackServer::answer("401 Unauthorized", "");
    });
    Settings settings;
    set_url(settings, server.url());
    settings.fetch_token = [&] {
      return token::Token{secrets::Secret("t" + std::to_string(++fetched)), std::nullopt, {}};
    };
    Client client(settings, {.retry = {1ms, 2ms, 20ms}});
    client.check_access();
    client.check_access();
    CHECK(fetched == 2);
  }
  SUBCASE("fetched before it runs out") {
    Registry registry(fine);
    int fetched = 0;
    Settings settings;
    settings.fetch_token = [&] {
      const std::int64_t soon = base::unix_milliseconds() + 1000;
      return token::Token{secrets::Secret("t" + std::to_string(++fetched)), soon, {}};
    };
    Client client = registry.client(settings);
    client.check_access();
    client.check_access();
    CHECK(fetched == 2);
    CHECK(holds(registry.request(1), "Bearer t2"));
  }
}
