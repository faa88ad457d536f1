#include "common/kafka/certificate.hpp"

#include "common/base/unique_handle.hpp"

#include <arpa/inet.h>
#include <array>

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace cdckit::kafka {

using base::Error;
using base::ErrorKind;

namespace {

using Certificate = base::UniqueHandle<X509, X509_free>;
using Names = base::UniqueHandle<GENERAL_NAMES, GENERAL_NAMES_free>;

std::string_view bytes_of(const ASN1_STRING* string) {
  // ASN.1 strings are bytes; the library calls them unsigned
  const void* data = ASN1_STRING_get0_data(string);
  return {static_cast<const char*>(data), static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::string address_of(std::string_view bytes) {
  constexpr std::size_t kVersion4 = 4;
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = bytes.size() == kVersion4 ? AF_INET : AF_INET6;
  const char* shown = ::inet_ntop(family, bytes.data(), text.data(), text.size());
  return shown == nullptr ? std::string("?") : std::string(shown);
}

// ssl://host:9093/bootstrap -> host
std::string host_of(std::string_view broker) {
  const auto scheme = broker.find("://");
  if (scheme != std::string_view::npos) broker.remove_prefix(scheme + 3);
  broker = broker.substr(0, broker.find('/'));
  return std::string(broker.substr(0, broker.rfind(':')));
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out.empty() ? "no host" : out;
}

Error refused(const std::string& broker, const std::string& why, const std::string& hint) {
  return {ErrorKind::permission, "could not trust broker \"" + broker + "\": " + why, hint};
}

}  // namespace

std::vector<std::string> certificate_names(std::string_view der) {
  std::vector<std::string> out;
  const void* bytes = der.data();
  const auto* at = static_cast<const unsigned char*>(bytes);
  const Certificate certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!certificate) return out;
  void* found = X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr);
  const Names names(static_cast<GENERAL_NAMES*>(found));
  if (!names) return out;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) out.emplace_back(bytes_of(name->d.dNSName));
    if (name->type == GEN_IPADD) out.push_back(address_of(bytes_of(name->d.iPAddress)));
  }
  return out;
}

Error certificate_failure(const std::string& broker, int verdict, std::string_view der) {
  switch (verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return refused(broker, "its certificate has expired", "");
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return refused(broker, "its certificate is not valid yet", "Is the clock here right?");
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return refused(broker,
                     "its certificate is signed by an authority that is not known here",
                     "-X ssl.ca.location=FILE names the authority's certificate.");
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: {
      const std::string names = joined(certificate_names(der));
      return refused(
          broker,
          "the name " + host_of(broker) + " is not in its certificate, which names " + names,
          "Reach it by a name that its certificate has.");
    }
    default:
      return refused(
          broker,
          std::string("its certificate is not accepted: ") + X509_verify_cert_error_string(verdict),
          "");
  }
}

}  // namespace cdckit::kafka
