#include "tools/kcat-cdc/settings/connection.hpp"

#include "tests/unit/support/refused.hpp"
#include "tests/unit/tools/kcat-cdc/temporary.hpp"

#include <doctest/doctest.h>

using namespace cdckit::kcat_cdc;
using cdckit::tests::refused;

TEST_CASE("a connection needs brokers and keeps secrets out of the arguments") {
  ConnectionOptions options;
  CHECK(refused([&] { check_connection(options); }).find("--brokers") != std::string::npos);
  options.brokers = "b:1";
  CHECK(refused([&] { check_connection(options); }) == "accepted");
  options.settings = {"sasl.password=@/run/secret", "linger.ms=5"};
  CHECK(refused([&] { check_connection(options); }) == "accepted");
  options.settings = {"sasl.password=hunter2"};
  const std::string text = refused([&] { check_connection(options); });
  CHECK(text.find("sasl.password=@FILE") != std::string::npos);
  CHECK(text.find("hunter2") == std::string::npos);
}

TEST_CASE("a property that is the tool's may be repeated, not changed") {
  ConnectionOptions options;
  options.brokers = "b:1";
  const auto producer = owned_by_producer("tx");
  const auto consumer = owned_by_consumer("g", "committed");
  for (const char* setting : {"enable.idempotence=false",
                              "topic.enable.idempotence=false",
                              "transactional.id=other",
                              "request.required.acks=1",
                              "bootstrap.servers=c:1",
                              "metadata.broker.list=c:1"}) {
    options.settings = {setting};
    CHECK_MESSAGE(refused([&] { (void)resolve(options, producer); }).find("sets it itself") !=
                      std::string::npos,
                  setting);
  }
  for (const char* setting :
       {"group.id=x", "auto.commit.enable=true", "isolation.level=read_uncommitted"}) {
    options.settings = {setting};
    CHECK_MESSAGE(refused([&] { (void)resolve(options, consumer); }).find("sets it itself") !=
                      std::string::npos,
                  setting);
  }
  options.settings = {"partitioner=random"};
  CHECK(refused([&] {
          (void)resolve(options, owned_by_producer({}, "murmur2"));
        }).find("--partitioner") != std::string::npos);
  CHECK(resolve(options, owned_by_producer({}, "random")).size() == 1);
  CHECK(resolve(options, owned_by_producer()).size() == 2);
  options.settings = {"group.id=x"};
  CHECK(refused([&] { (void)resolve(options, owned_by_group("g")); }).find("--group") !=
        std::string::npos);
  CHECK(resolve(options, owned_by_group({})).size() == 2);
  options.settings = {"isolation.level=read_uncommitted"};
  CHECK(refused([&] { (void)resolve(options, consumer); }).find("--isolation") !=
        std::string::npos);
}

TEST_CASE("the tool's own value is taken and said once") {
  ConnectionOptions options;
  options.brokers = "b:1";
  options.settings = {"enable.idempotence=true", "acks=-1", "transactional.id=tx", "linger.ms=5"};
  const auto settings = resolve(options, owned_by_producer("tx"));
  REQUIRE(settings.size() == 2);
  CHECK(settings[0].name == "linger.ms");
  CHECK(settings[1].name == "bootstrap.servers");
  options.settings = {"enable.idempotence=1", "allow.auto.create.topics=F", "acks=all"};
  CHECK(resolve(options, owned_by_producer()).size() == 1);
  options.settings = {"enable.auto.commit=0", "enable.partition.eof=True"};
  CHECK(resolve(options, owned_by_consumer("g", "committed")).size() == 1);
  options.settings = {"enable.partition.eof=0"};
  CHECK(refused([&] { (void)resolve(options, owned_by_consumer("g", "committed")); }) !=
        "accepted");
}

TEST_CASE("a token command means OAUTHBEARER over TLS") {
  ConnectionOptions options;
  options.brokers = "b:1";
  options.token_command = "echo x";
  const auto settings = resolve(options, owned_by_producer());
  CHECK(cdckit::kafka::find_setting(settings, "security.protocol") == "sasl_ssl");
  CHECK(cdckit::kafka::find_setting(settings, "sasl.mechanisms") == "OAUTHBEARER");
  CHECK(cdckit::kafka::find_setting(settings, cdckit::kafka::kTokenCommand) == "echo x");
  options.settings = {"sasl.mechanism=PLAIN"};
  CHECK(refused([&] { (void)resolve(options, owned_by_producer()); }).find("OAUTHBEARER") !=
        std::string::npos);
  options.settings = {"sasl.mechanism=OAUTHBEARER", "security.protocol=sasl_plaintext"};
  CHECK(cdckit::kafka::find_setting(resolve(options, owned_by_producer()), "security.protocol") ==
        "sasl_plaintext");
}

TEST_CASE("whom to believe over HTTPS, for the registry and a token endpoint") {
  using cdckit::kafka::find_setting;
  ConnectionOptions options;
  options.brokers = "b:1";
  options.registry = "https://registry";
  options.ca_file = "/ca.pem";
  options.allow_http = true;
  CHECK(registry_of(options)->ca_file == "/ca.pem");
  CHECK(registry_of(options)->allow_http);
  CHECK(find_setting(resolve(options, {}), "https.ca.location").empty());  // nobody asks for it
  CHECK(find_setting(resolve(options, {}), cdckit::kafka::kAllowHttp) == "true");
  options.settings = {"sasl.oauthbearer.method=oidc", "schema.registry.ssl.ca.location=/own.pem"};
  CHECK(registry_of(options)->ca_file == "/own.pem");
  CHECK(find_setting(resolve(options, {}), "https.ca.location") == "/ca.pem");
  options.settings.push_back("https.ca.location=/other.pem");
  CHECK(find_setting(resolve(options, {}), "https.ca.location") == "/other.pem");
}

TEST_CASE("the properties file is held to the same") {
  const cdckit::test::Temporary folder;
  const std::string file = folder.file("kcat.conf");
  folder.replace("kcat.conf", "topic.transactional.id=x\n");
  ConnectionOptions options;
  options.brokers = "b:1";
  options.properties_file = file;
  CHECK(refused([&] { (void)resolve(options, owned_by_producer()); }).find("sets it itself") !=
        std::string::npos);
}

TEST_CASE("brokers of the properties count where the flag is not given") {
  const cdckit::test::Temporary folder;
  folder.replace("kcat.conf", "metadata.broker.list=a:1\nclient.id=x\n");
  folder.replace("none.conf", "client.id=x\n");
  ConnectionOptions options;
  options.properties_file = folder.file("kcat.conf");
  CHECK(refused([&] { check_connection(options); }) == "accepted");
  const auto brokers = [&] {
    return std::string(cdckit::kafka::find_setting(resolve(options, {}), "bootstrap.servers"));
  };
  CHECK(brokers() == "a:1");
  options.brokers = "b:1";
  CHECK(refused(brokers).find("--brokers") != std::string::npos);
  options.brokers.clear();
  options.properties_file = folder.file("none.conf");
  CHECK(refused(brokers).find("--brokers") != std::string::npos);
  options.settings = {"bootstrap.servers=c:1"};
  CHECK(brokers() == "c:1");
  options.properties_file.clear();
  CHECK(refused([&] { check_connection(options); }) == "accepted");
  CHECK(brokers() == "c:1");
}

TEST_CASE("a registry in the clear is refused before anything is asked of it") {
  ConnectionOptions options;
  options.registry = "http://registry.example/";
  const auto unsafe =
      refused([&] { require_safe_registry(options); }, cdckit::base::ErrorKind::config);
  CHECK(unsafe.find("loopback") != std::string::npos);
  options.allow_http = true;
  CHECK(refused([&] { require_safe_registry(options); }) == "accepted");
  options.allow_http = false;
  options.registry = "http://127.0.0.1:8081";
  CHECK(refused([&] { require_safe_registry(options); }) == "accepted");
  options.registry.clear();
  CHECK(refused([&] { require_safe_registry(options); }) == "accepted");
}
