#include "common/secrets/secret.hpp"

#include "common/base/error.hpp"
#include "tests/unit/support/scratch_folder.hpp"

#include <sys/stat.h>
#include <type_traits>
#include <utility>

#include <doctest/doctest.h>

using namespace cdckit;
using secrets::has_inline_password;
using secrets::scrub;
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

TEST_CASE("scrub: what is no secret stays as it is") {
  for (const char* text : {"",
                           "no secret here",
                           "https://host/path?x=1",
                           "postgresql://user@host:5432/db",
                           "http://host:8080/a@b",
                           "host=x port=5432 dbname=y",
                           "password authentication failed for user \"me\"",
                           "could not read the password file: no such file",
                           "://",
                           "a :// b",
                           "postgresql:///db?host=/tmp"}) {
    CAPTURE(text);
    CHECK(scrub(text) == text);
  }
}

TEST_CASE("scrub: known shapes") {
  CHECK(scrub("postgresql://me:hunter2@host/db") == "postgresql://me:***@host/db");
  CHECK(scrub("postgresql://:hunter2@host") == "postgresql://:***@host");
  CHECK(scrub("x://a:1@b y://c:2@d") == "x://a:***@b y://c:***@d");
  CHECK(scrub("\"https://u:p@h/\": why") == "\"https://u:***@h/\": why");
  CHECK(scrub("host=x password=hunter2 dbname=y") == "host=x password=*** dbname=y");
  CHECK(scrub("password='a b' x=1") == "password=*** x=1");
  CHECK(scrub("PASSWORD=Hunter2") == "PASSWORD=***");
  CHECK(scrub("could not connect to \"host=x password=hunter2\": gone") ==
        "could not connect to \"host=x password=***\": gone");
  CHECK(scrub("/db?password=hunter2&sslmode=require") == "/db?password=***&sslmode=require");
  CHECK(scrub("Authorization: Bearer ey.J0.x-y") == "Authorization: Bearer ***");
  CHECK(scrub("Authorization: Basic aGk6aG8= next") == "Authorization: Basic *** next");
}

TEST_CASE("scrub: the secret never survives, however it is written") {
  for (const std::string secret : {"hunter2",
                                   "hunter2,hunter2",
                                   "hunter2;hunter2",
                                   "hunter2&hunter2",
                                   "hunter2\"hunter2",
                                   "hunter2'hunter2",
                                   "hunter2=hunter2",
                                   "hunter2:hunter2"}) {
    for (const std::string& text : {"password=" + secret,
                                    "password = " + secret,
                                    "user=a sslpassword=" + secret + " host=b",
                                    "sasl.password=" + secret,
                                    "x password  =\t" + secret + " y",
                                    "Bearer " + secret,
                                    "bearer   " + secret,
                                    "authorization: basic " + secret}) {
      CAPTURE(text);
      CHECK(scrub(text).find("hunter2") == std::string::npos);
    }
  }
  for (const char* text : {"password='hunter2 \\' hunter2'",
                           "password='hunter2",
                           "password=a\\ hunter2",
                           "password='\\'hunter2'",
                           "pg://u:hunter2/x@host",
                           "pg://u:a/hunter2@host",
                           "pg://u:hunter2@host:hunter2@h",
                           "pg://u:hunter2?x@host",
                           "pg://u:hunter2#@host",
                           "password=hunter2\npassword=hunter2",
                           "p://u:hunter2@h,p://u:hunter2@h"}) {
    CAPTURE(text);
    CHECK(scrub(text).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("has_inline_password") {
  for (const char* yes : {"postgresql://u:p@h/d",
                          "host=x password=p",
                          "password = p",
                          "PASSWORD=p",
                          "x=1\tpassword=p",
                          "postgresql://h/d?password=p",
                          "postgresql://h/d?a=1&password=p",
                          "dbname=password password=p"}) {
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
                         "service=password"}) {
    CAPTURE(no);
    CHECK_FALSE(has_inline_password(no));
  }
}
