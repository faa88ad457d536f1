#include "common/snow/key_pair.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "tests/unit/support/scratch_folder.hpp"
#include "tests/unit/support/snow_stub.hpp"

#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

snow::KeyPair fresh_key() {
  return {secrets::Secret(tests::private_key_pem()), secrets::Secret(), "test"};
}

std::string openssl(const std::string& words, const std::string& input = "") {
  const tests::ScratchFolder folder;
  const std::string file = folder.write("in", input);
  std::string text;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(
      ::popen(("openssl " + words + " -in " + file + " 2>/dev/null").c_str(), "r"), ::pclose);
  char buffer[4096];
  while (pipe != nullptr && std::fgets(buffer, sizeof buffer, pipe.get()) != nullptr)
    text += buffer;
  return text;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

std::string fingerprint(const std::string& pem, const std::string& passphrase = "") {
  return snow::KeyPair(secrets::Secret(pem), secrets::Secret(passphrase), "k").fingerprint();
}

// What a key that cannot be used is called, and the kind of error.
std::pair<std::string, base::ErrorKind> refusal(const std::string& pem,
                                                const std::string& passphrase = "") {
  try {
    fingerprint(pem, passphrase);
  } catch (const base::Error& error) {
    CHECK(std::string(error.what()).find(pem.substr(40, 20)) == std::string::npos);
    return {error.what(), error.kind()};
  }
  return {"taken", base::ErrorKind::bug};
}

}  // namespace

TEST_CASE("a signed token says who, which key and until when") {
  const snow::KeyPair key = fresh_key();
  CHECK(key.fingerprint().starts_with("SHA256:"));
  CHECK(key.fingerprint().size() == 7 + 44);
  const secrets::Secret token = key.sign({"MYORG-ACCT", "cdc_user", "LOADER", 1000, 2000});
  CHECK(snow::token_expiry(token.reveal()) == 2000);
  const std::vector<std::string> parts = base::split(token.reveal(), '.');
  REQUIRE(parts.size() == 3);
  CHECK(parts[2].size() == 342);  // 256 bytes of RSA signature, without padding
  CHECK(token.reveal().find('=') == std::string_view::npos);
}

TEST_CASE("a text that is no key is a configuration error that does not show it") {
  try {
    const snow::KeyPair key(secrets::Secret("very secret text"), secrets::Secret(), "key.pem");
    FAIL("a key was made of nothing");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::config);
    CHECK(std::string(error.what()).find("very secret") == std::string::npos);
  }
}

TEST_CASE("expiry of what is no token is unknown") {
  CHECK(snow::token_expiry("abc") == 0);
  CHECK(snow::token_expiry("a.b.c") == 0);
  CHECK(snow::token_expiry("") == 0);
}

TEST_CASE("line breaks that were lost on the way do not matter") {
  const std::string pem = tests::private_key_pem();
  const std::string name = fingerprint(pem);
  const std::string frame_end = pem.substr(0, pem.size() - 1);
  CHECK(fingerprint(frame_end) == name);
  CHECK(fingerprint(replaced(pem, "\n", "\\n")) == name);
  CHECK(fingerprint(replaced(pem, "\n", "\r\n")) == name);
  CHECK(fingerprint(replaced(pem, "\n", "\\r\\n")) == name);
  CHECK(fingerprint(replaced(pem, "\n", "  \n")) == name);
  CHECK(fingerprint(replaced(pem, "\n", " ")) == name);
  CHECK(fingerprint(replaced(pem, "\n", "")) == name);
  CHECK(fingerprint("a comment\n\n" + pem + "\n\n") == name);
}

TEST_CASE("every form of a key, encrypted or not") {
  const std::string pem = tests::private_key_pem();
  const std::string name = fingerprint(pem);
  const std::string encrypted = openssl("pkcs8 -topk8 -v2 aes-256-cbc -passout pass:word", pem);
  CHECK(encrypted.find("ENCRYPTED PRIVATE KEY") != std::string::npos);
  CHECK(fingerprint(encrypted, "word") == name);
  CHECK(fingerprint(replaced(encrypted, "\n", "\\n"), "word") == name);
  CHECK(fingerprint(openssl("rsa -traditional", pem)) == name);
  const std::string old = openssl("rsa -traditional -aes128 -passout pass:word", pem);
  CHECK(old.find("Proc-Type") != std::string::npos);
  CHECK(fingerprint(old, "word") == name);
  CHECK(fingerprint(replaced(old, "\n", "\r\n"), "word") == name);
  CHECK(refusal(encrypted).first.find("no passphrase") != std::string::npos);
  CHECK(refusal(encrypted, "other").second == base::ErrorKind::permission);
  CHECK(refusal(old, "other").first.find("does not fit") != std::string::npos);
}

TEST_CASE("what is no private RSA key is called by its name") {
  const std::string pem = tests::private_key_pem();
  CHECK(refusal(openssl("pkey -pubout", pem)).first.find("public key") != std::string::npos);
  const std::string body = pem.substr(pem.find('\n') + 1);
  CHECK(refusal(body.substr(0, body.find('-'))).first.find("no PEM frame") != std::string::npos);
  CHECK(refusal(pem.substr(0, 300) + pem.substr(400)).first.find("damaged") != std::string::npos);
  const std::string curve =
      openssl("pkcs8 -topk8 -nocrypt", openssl("ecparam -name prime256v1 -genkey -noout"));
  CHECK(refusal(curve).first.find("must be RSA") != std::string::npos);
  CHECK(refusal(curve).second == base::ErrorKind::config);
}
