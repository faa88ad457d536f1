#include "common/kafka/certificate.hpp"

#include "common/base/text.hpp"

#include <doctest/doctest.h>
#include <openssl/x509_vfy.h>

using namespace cdckit;

namespace {

// self-signed, for DNS:broker1, IP:127.0.0.1 and IP:::1
constexpr const char* kCertificate =
    "MIIBmzCCAUGgAwIBAgIULRdUCQ38/YLvz6IIFnZRzGmNNb0wCgYIKoZIzj0EAwIwDDEKMAgGA1UE"
    "AwwBdDAgFw0yNjExMzAwMzAzMjhaGA8yMTI2MTEwNjAzMDMyOFowDDEKMAgGA1UEAwwBdDBZMBMG"
    "ByqGSM49AgEGCCqGSM49AwEHA0IABCUiQDWy78MqwA+yRcJOAEQLei9FD6+ACFSzmJykYB61m+X+"
    "m9JinihaWYoxRb2DMuJ14Xj80BPUDh41IF0J4vajfzB9MB0GA1UdDgQWBBQOnPMbD3oPcc4v9B3B"
    "Xjc9IxGaKjAfBgNVHSMEGDAWgBQOnPMbD3oPcc4v9B3BXjc9IxGaKjAPBgNVHRMBAf8EBTADAQH/"
    "MCoGA1UdEQQjMCGCB2Jyb2tlcjGHBH8AAAGHEAAAAAAAAAAAAAAAAAAAAAEwCgYIKoZIzj0EAwID"
    "SAAwRQIge8HfSgJ/P9NSYEC3nDnBR3yzE5ynDCN9hyBa7BRUCr4CIQDlfi9u885Fplp/4ya2ZB9+"
    "bASI1Ga/qXR6eI/KZVre1g==";

std::string der() {
  return base::from_base64(kCertificate).value();
}

std::string said(int verdict, std::string_view bytes) {
  const base::Error error =
      kafka::certificate_failure("ssl://localhost:9093/bootstrap", verdict, bytes);
  CHECK(error.kind() == base::ErrorKind::permission);
  return error.what();
}

}  // namespace

TEST_CASE("the names of a certificate") {
  CHECK(kafka::certificate_names(der()) == std::vector<std::string>{"broker1", "127.0.0.1", "::1"});
  CHECK(kafka::certificate_names("no certificate").empty());
  const std::string whole = der();
  for (std::size_t size = 0; size < whole.size(); size += 7)
    CHECK(kafka::certificate_names(std::string_view(whole).substr(0, size)).empty());
}

TEST_CASE("each thing that is wrong has its sentence") {
  CHECK(said(X509_V_ERR_CERT_HAS_EXPIRED, der()).find("has expired") != std::string::npos);
  CHECK(said(X509_V_ERR_CERT_NOT_YET_VALID, der()).find("not valid yet") != std::string::npos);
  CHECK(said(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, der()).find("authority") !=
        std::string::npos);
  CHECK(said(X509_V_ERR_HOSTNAME_MISMATCH, der())
            .find("the name localhost is not in its certificate, which names broker1, 127.0.0.1, "
                  "::1") != std::string::npos);
  CHECK(said(X509_V_ERR_HOSTNAME_MISMATCH, "").find("names no host") != std::string::npos);
  CHECK(said(X509_V_ERR_CERT_REVOKED, der()).find("revoked") != std::string::npos);
}
