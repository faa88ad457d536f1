#include "common/kafka/settings.hpp"

#include "common/base/error.hpp"

#include <cstdio>
#include <fstream>
#include <string>
#include <unistd.h>

#include <doctest/doctest.h>

namespace kafka = cdckit::kafka;
using cdckit::base::Error;
using cdckit::base::ErrorKind;

namespace {

class File {
 public:
  explicit File(const std::string& content)
      : path_("/tmp/cdckit-settings-" + std::to_string(::getpid())) {
    std::ofstream(path_) << content;
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { std::remove(path_.c_str()); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

ErrorKind kind_of_setting(const std::string& text) {
  try {
    (void)kafka::parse_setting(text);
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("hunter2") == std::string::npos);
    CHECK(std::string(error.hint()).find("hunter2") == std::string::npos);
    return error.kind();
  }
  return ErrorKind::bug;
}

}  // namespace

TEST_CASE("a setting is cut at the first equals sign") {
  const auto setting = kafka::parse_setting("ssl.cipher.suites=a=b");
  CHECK(setting.name == "ssl.cipher.suites");
  CHECK(setting.value == "a=b");
  CHECK(kafka::parse_setting("client.id=").value.empty());
}

TEST_CASE("kcat's prefix for topic properties is dropped, names of the client stay") {
  CHECK(kafka::parse_setting("topic.acks=all").name == "acks");
  CHECK(kafka::parse_setting("topic.metadata.refresh.interval.ms=5").name ==
        "topic.metadata.refresh.interval.ms");
}

TEST_CASE("a secret comes from a file only") {
  CHECK(kind_of_setting("sasl.password=hunter2") == ErrorKind::usage);
  CHECK(kind_of_setting("hunter2") == ErrorKind::usage);
  CHECK(kind_of_setting("=hunter2") == ErrorKind::usage);
  CHECK(kind_of_setting("sasl.password=@/no/such/file") == ErrorKind::config);
  const File file("hunter2\n");
  CHECK(kafka::parse_setting("sasl.password=@" + file.path()).value == "hunter2");
}

TEST_CASE("a properties file as kcat has it") {
  const File file(
      "# brokers\n\n  sasl.password = hunter2 \r\ntopic.acks=1\nclient.id=a\nclient.id=b\n");
  const auto settings = kafka::read_properties(file.path());
  CHECK(settings.size() == 4);
  CHECK(kafka::find_setting(settings, "sasl.password") == "hunter2");
  CHECK(kafka::find_setting(settings, "acks") == "1");
  CHECK(kafka::find_setting(settings, "client.id") == "b");
  CHECK(kafka::find_setting(settings, "nothing").empty());
}

TEST_CASE("a line without a value is named by its number, not shown") {
  const File file("client.id=a\nhunter2\n");
  CHECK_THROWS_WITH(kafka::read_properties(file.path()),
                    ("could not read \"" + file.path() + "\" line 2: no name=value").c_str());
  CHECK_THROWS_AS(kafka::read_properties("/no/such/file"), Error);
}

TEST_CASE("the library tells its version") {
  CHECK(kafka::library_version().starts_with("2."));
}
