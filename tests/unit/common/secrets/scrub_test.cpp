#include "common/secrets/scrub.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using secrets::scrub;

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

TEST_CASE("scrub: the words of Kafka, Azure, Snowflake, AWS and OAuth") {
  for (const char* text :
       {"client_secret=hunter2",
        "grant_type=client_credentials&client_id=me&client_secret=hunter2&x=1",
        R"({"client_id":"me","client_secret":"hunter2"})",
        R"({"clientSecret" : "hunter2", "x": 1})",
        "client_secret: hunter2",
        "sasl.oauthbearer.client.secret=hunter2",
        "Endpoint=sb://x.net/;SharedAccessKeyName=root;SharedAccessKey=hunter2=",
        "AccountKey=hunter2==;EndpointSuffix=core",
        "sasl.jaas.config=org.apache.kafka.PlainLoginModule required username=\"me\" "
        "password=\"hunter2\";",
        "sasl.jaas.config = ScramLoginModule required user=me token=hunter2;",
        "sasl.oauthbearer.config=principal=me secret=hunter2",
        "ssl.key.pem=-----BEGIN KEY----- hunter2",
        "ssl.key.password=hunter2",
        "ssl.keystore.password: 'x', \"ssl.truststore.password\":\"hunter2\"",
        "private_key_passphrase=hunter2",
        "private_key = \"hunter2 hunter2\"",
        "password=\"hunter2 and hunter2\" host=x",
        R"({"password":"hunter2"})",
        R"({"password": "a\"hunter2"})",
        "Authorization: Snowflake Token=\"hunter2\"",
        R"({"access_token":"hunter2","expires_in":1})",
        "refresh_token=hunter2",
        "aws_secret_access_key = hunter2",
        "https://blob/x?sv=1&sig=hunter2&se=2",
        "https://bucket/x?X-Amz-Signature=hunter2",
        "Server=x;Uid=me;Pwd=hunter2;",
        "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----",
        "key -----BEGIN ENCRYPTED PRIVATE KEY----- hunter2"}) {
    CAPTURE(text);
    CHECK(scrub(text).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("scrub: names and paths beside secrets stay readable") {
  for (const char* text : {"private_key_file=/etc/key.p8",
                           "could not open private_key_path \"/x\"",
                           "SharedAccessKeyName=root",
                           "client_id=me",
                           "the password: refused by the server",
                           "sasl.jaas.config is missing",
                           "token 0/16B3748 was committed"}) {
    CAPTURE(text);
    CHECK(scrub(text) == text);
  }
  CHECK(scrub(R"({"client_id":"me","client_secret":"s","x":1})") ==
        R"({"client_id":"me","client_secret":***,"x":1})");
  CHECK(scrub("a&client_secret=s&x=1") == "a&client_secret=***&x=1");
  CHECK(scrub("-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY----- x") ==
        "-----BEGIN PRIVATE KEY-----***-----END PRIVATE KEY----- x");
}

TEST_CASE("has_uri_password") {
  CHECK(secrets::has_uri_password("postgresql://u:p@h/d"));
  CHECK_FALSE(secrets::has_uri_password("postgresql://u@h:5432/d"));
  CHECK_FALSE(secrets::has_uri_password("host=x"));
}
