#include "common/secrets/secret.hpp"

#include "common/base/error.hpp"
#include "common/log/log.hpp"
#include "tests/unit/support/child.hpp"
#include "tests/unit/support/scratch_folder.hpp"

#include <sys/stat.h>
#include <type_traits>
#include <utility>

#include <doctest/doctest.h>

using namespace cdckit;
using secrets::has_inline_password;
using secrets::Secret;

TEST_CASE("a secret moves and copies, and the one moved from is empty") {
  Secret first("hunter2");
  Secret second = std::move(first);
  CHECK(first.empty());  // NOLINT(bugprone-use-after-move): that is what is tested
  CHECK(second.reveal() == "hunter2");
  const Secret copy = second;
  CHECK(copy.reveal() == "hunter2");
  Secret third("long enough to live on the heap, not inside the object");
  third = second;
  CHECK(third.reveal() == "hunter2");
  Secret& same = third;
  third = same;
  CHECK(third.reveal() == "hunter2");
  third = std::move(second);
  CHECK(third.reveal() == "hunter2");
  CHECK(Secret().empty());
}

TEST_CASE("from_file: without its last line break, nothing else is cut") {
  const tests::ScratchFolder folder;
  const auto made = [&](const std::string& content, mode_t mode) {
    const std::string path = folder.write("secret", content);
    ::chmod(path.c_str(), mode);
    return path;
  };
  CHECK(Secret::from_file(made("pass word \n", 0600)).reveal() == "pass word ");
  CHECK(Secret::from_file(made("x\r\n", 0600)).reveal() == "x");
  CHECK(Secret::from_file(made("two\nlines\n", 0400)).reveal() == "two\nlines");
  CHECK(Secret::from_file(made("", 0644)).empty());
  for (const mode_t mode : {0620U, 0602U, 0666U}) {
    try {
      (void)Secret::from_file(made("x", mode));
      FAIL("it was accepted");
    } catch (const base::Error& error) {
      CHECK(error.kind() == base::ErrorKind::config);
      CHECK_FALSE(error.hint().empty());
    }
  }
  CHECK_THROWS_AS(Secret::from_file(folder.file("none")), base::Error);
}

TEST_CASE("a secret that others may read is taken with a warning, once a file") {
  const tests::ScratchFolder folder;
  const auto said = [&](mode_t mode) {
    return tests::run_captured([&] {
      log::configure({.tool = "tool"});
      const std::string path = folder.write("key", "x");
      ::chmod(path.c_str(), mode);
      return Secret::from_file(path).reveal() == "x" && Secret::from_file(path).reveal() == "x" ? 0
                                                                                                : 1;
    });
  };
  for (const mode_t mode : {0644U, 0604U, 0640U, 0444U}) {
    CAPTURE(mode);
    const auto result = said(mode);
    CHECK(result.code == 0);
    CHECK(result.err == "tool: \"" + folder.file("key") +
                            "\" holds a secret that group or others may read\n"
                            "tool: hint: Run chmod 600 on the file.\n");
  }
  for (const mode_t mode : {0600U, 0400U, 0700U}) CHECK(said(mode).err.empty());
}

TEST_CASE("has_inline_password") {
  for (const char* yes : {"postgresql://u:p@h/d",
                          "host=x password=p",
                          "password = p",
                          "PASSWORD=p",
                          "x=1\tpassword=p",
                          "postgresql://h/d?password=p",
                          "postgresql://h/d?a=1&password=p",
                          "dbname=password password=p",
                          "sslkey=/k sslpassword=p",
                          "sslpassword = 'p q'",
                          "SSLPASSWORD=p",
                          "postgresql://h/d?sslpassword=p",
                          "postgresql://h/d?sslmode=require&sslpassword=p",
                          "postgresql://h/d?%70assword=p",
                          "postgresql://h/d?a=1&ssl%50assword=p",
                          "host=h oauth_client_secret=p",
                          "host=h scram_client_key=p"}) {
    CAPTURE(yes);
    CHECK(has_inline_password(yes));
  }
  for (const char* no : {"",
                         "flights",
                         "host=x user=y",
                         "postgresql://u@h:5432/d",
                         "dbname=password",
                         "passfile=/x",
                         "postgresql://h:5432/d?application_name=a@b",
                         "service=password",
                         "sslkey=/k dbname=sslpassword",
                         "user=my_password_role",
                         "dbname=%70assword=p"}) {
    CAPTURE(no);
    CHECK_FALSE(has_inline_password(no));
  }
}
