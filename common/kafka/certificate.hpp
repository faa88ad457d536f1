// Why a broker's certificate was not accepted, in a sentence. Pure: works on the certificate's
// bytes (DER, X.509) and OpenSSL's verdict (X509_V_ERR_.., openssl/x509_vfy.h).
#pragma once

#include "common/base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cdckit::kafka {

// DNS names and IP addresses that the certificate is for; empty when it cannot be read.
std::vector<std::string> certificate_names(std::string_view der);

// `broker` as librdkafka names it: `ssl://host:9093/bootstrap` or `host:9093`.
base::Error certificate_failure(const std::string& broker, int verdict, std::string_view der);

}  // namespace cdckit::kafka
