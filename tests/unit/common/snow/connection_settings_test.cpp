#include "common/snow/connection_settings.hpp"

#include "common/base/error.hpp"
#include "tests/unit/support/scratch_folder.hpp"

#include <map>
#include <sys/stat.h>

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

constexpr const char* kLab = R"([lab]
account = "myorg-acct"
user = "CDC_USER"
privateKeyPath = "k.pem"
authenticator = "snowflake_jwt"
[local]
account = "a-b"
user = "u"
private_key_file = "k.pem"
host = "127.0.0.1"
port = 8080
protocol = "http"
)";

class Home {
 public:
  void write(const std::string& name, const std::string& text, mode_t mode = 0600) {
    ::chmod(folder_.write(name, text).c_str(), mode);
  }
  void set(const std::string& name, const std::string& value) { variables_[name] = value; }
  [[nodiscard]] snow::Environment environment() {
    variables_["SNOWFLAKE_HOME"] = folder_.file("");
    return [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      if (found == variables_.end()) return std::nullopt;
      return found->second;
    };
  }
  snow::ConnectionSettings load(const std::string& name) {
    return snow::load_connection(name, environment());
  }
  base::ErrorKind failure(const std::string& name) {
    try {
      load(name);
    } catch (const base::Error& error) {
      return error.kind();
    }
    return base::ErrorKind::bug;
  }

 private:
  tests::ScratchFolder folder_;
  std::map<std::string, std::string> variables_;
};

}  // namespace

TEST_CASE("a connection by its name, members spelled as drivers do") {
  Home home;
  home.write("connections.toml", kLab);
  const snow::ConnectionSettings lab = home.load("lab");
  CHECK(lab.private_key_file == "k.pem");
  CHECK(lab.login == snow::Login::key_pair);
  CHECK(snow::base_url(lab) == "https://myorg-acct.snowflakecomputing.com");
  CHECK(snow::base_url(home.load("local")) == "http://127.0.0.1:8080");
}

TEST_CASE("the environment lies over the file, generic variables fill gaps only") {
  Home home;
  home.write("connections.toml", kLab);
  home.set("SNOWFLAKE_CONNECTIONS_LAB_USER", "OTHER");
  home.set("SNOWFLAKE_USER", "NOBODY");
  home.set("SNOWFLAKE_ROLE", "LOADER");
  home.set("SSL_CERT_FILE", "ca.pem");
  const snow::ConnectionSettings lab = home.load("lab");
  CHECK(lab.user == "OTHER");
  CHECK(lab.role == "LOADER");
  CHECK(lab.ca_file == "ca.pem");
}

TEST_CASE("which connection is the default one") {
  Home home;
  home.write("connections.toml", kLab);
  CHECK(home.failure("") == base::ErrorKind::config);
  home.write("config.toml",
             "default_connection_name = \"local\"\n[connections.lab]\naccount = \"x\"\n");
  CHECK(home.load("").name == "local");
  CHECK(home.load("lab").account == "myorg-acct");  // connections.toml replaces the other file's
  home.set("SNOWFLAKE_DEFAULT_CONNECTION_NAME", "lab");
  CHECK(home.load("").name == "lab");
}

TEST_CASE("connections from the environment alone") {
  Home home;
  home.set("SNOWFLAKE_CONNECTIONS", kLab);
  CHECK(home.load("local").port == 8080);
}

TEST_CASE("what is refused") {
  Home home;
  home.write("connections.toml", kLab, 0666);
  CHECK(home.failure("lab") == base::ErrorKind::config);
  home.write("connections.toml", kLab);
  CHECK(home.failure("nowhere") == base::ErrorKind::config);
  home.set("SNOWFLAKE_CONNECTIONS_LAB_HOST", "evil.example.com");
  CHECK(home.failure("lab") == base::ErrorKind::config);
  home.set("SNOWFLAKE_CONNECTIONS_LOCAL_PORT", "70000");
  CHECK(home.failure("local") == base::ErrorKind::config);
  home.set("SNOWFLAKE_CONNECTIONS_LOCAL_PORT", "1");
  home.set("SNOWFLAKE_CONNECTIONS_LOCAL_AUTHENTICATOR", "kerberos");
  CHECK(home.failure("local") == base::ErrorKind::config);
}

TEST_CASE("a workload needs no user, and its token is in a file or comes from the runner") {
  Home home;
  home.write("connections.toml",
             "[ci]\naccount = \"a-b\"\nauthenticator = \"workload_identity\"\n"
             "[file]\naccount = \"a-b\"\nauthenticator = \"WORKLOAD_IDENTITY\"\n"
             "workload_identity_provider = \"oidc\"\ntoken_file_path = \"t\"\n"
             "[cloud]\naccount = \"a-b\"\nauthenticator = \"WORKLOAD_IDENTITY\"\n"
             "workload_identity_provider = \"AWS\"\n");
  CHECK(home.load("file").login == snow::Login::workload);
  CHECK(home.failure("cloud") == base::ErrorKind::config);
  CHECK(home.failure("ci") == base::ErrorKind::config);
  home.set("ACTIONS_ID_TOKEN_REQUEST_URL", "http://127.0.0.1:1/x?y=1");
  CHECK(home.failure("ci") == base::ErrorKind::config);
  home.set("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "r");
  const snow::ConnectionSettings ci = home.load("ci");
  CHECK(ci.identity_url == "http://127.0.0.1:1/x?y=1");
  CHECK(ci.identity_request_token.reveal() == "r");
}
