#include "agent/http/curl_fault.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "agent/base/text.h"

namespace tocsin {
namespace {

/// With TLS 1.3 a server refuses the client's certificate only after the handshake, as an alert on the first read.
bool is_certificate_alert(std::string_view said) {
  constexpr std::array kReasons = {"certificate", "unknown ca", "handshake failure", "access denied"};
  const std::size_t alert = said.find(" alert ");
  return alert != std::string_view::npos && std::ranges::any_of(kReasons, [&](std::string_view reason) {
           return said.find(reason, alert) != std::string_view::npos;
         });
}

bool proxy_refused(const CurlEasy& easy) {
  const long status = easy.number(CURLINFO_HTTP_CONNECTCODE);
  return status != 0 && (status < 200 || status >= 300);
}

TransportFault fault_of(CURLcode code, const CurlEasy& easy, std::string_view said, bool begun) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return TransportFault::resolve;
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
    case CURLE_INTERFACE_FAILED:
      return TransportFault::connect;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CLIENTCERT:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return TransportFault::tls;
    case CURLE_OPERATION_TIMEDOUT:
      return TransportFault::timeout;
    case CURLE_LOGIN_DENIED:
      return TransportFault::login;
    case CURLE_URL_MALFORMAT:
    case CURLE_FAILED_INIT:
    case CURLE_NOT_BUILT_IN:
    case CURLE_UNKNOWN_OPTION:
    case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_OUT_OF_MEMORY:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ENGINE_NOTFOUND:
      return TransportFault::setup;
    case CURLE_UNSUPPORTED_PROTOCOL:
      // curl's code for a scheme it refuses and for a peer that answers in something other than HTTP.
      return begun ? TransportFault::broken : TransportFault::setup;
    default:
      if (is_certificate_alert(said)) return TransportFault::tls;
      return proxy_refused(easy) ? TransportFault::connect : TransportFault::broken;
  }
}

std::string connect_text(CURLcode code, const CurlEasy& easy, const Peer& peer, std::string_view said) {
  if (const long status = easy.number(CURLINFO_HTTP_CONNECTCODE); proxy_refused(easy)) {
    return fmt::format("cannot connect to {}: the proxy answered CONNECT with {}", peer.name, status);
  }
  if (code == CURLE_PROXY) {
    return fmt::format("cannot connect to {}: the proxy refused", peer.name);
  }
  // curl's own text counts milliseconds; the system's reason is the same each time.
  const long number = easy.number(CURLINFO_OS_ERRNO);
  const std::string reason = number == 0 ? "no connection" : std::system_category().message(static_cast<int>(number));
  const std::string_view host = std::string_view(peer.name).substr(0, peer.name.rfind(':'));
  const bool proxied = !said.empty() && said.find(host) == std::string_view::npos;
  return fmt::format("cannot connect to {}{}: {}", peer.name, proxied ? " through the proxy" : "", reason);
}

std::string_view missing_at_timeout(const CurlEasy& easy, bool begun) {
  // Only HTTP has a request size; a mail server's reply is a line or nothing.
  const bool partly = easy.number(CURLINFO_REQUEST_SIZE) > 0 && easy.amount(CURLINFO_STARTTRANSFER_TIME_T) > 0;
  if (begun) return partly ? "the reply was not complete" : "no reply";
  if (easy.amount(CURLINFO_NAMELOOKUP_TIME_T) == 0) return "the name did not resolve";
  return easy.amount(CURLINFO_CONNECT_TIME_T) == 0 ? "no connection" : "no answer after connecting";
}

std::string text_of(TransportFault fault, CURLcode code, const CurlEasy& easy, const Peer& peer, std::string_view said,
                    bool begun) {
  std::string reason = said.empty() ? std::string(curl_easy_strerror(code)) : std::string(said);
  switch (fault) {
    case TransportFault::resolve:
      return code == CURLE_COULDNT_RESOLVE_PROXY
                 ? fmt::format("cannot connect to {}: the proxy's name does not resolve", peer.name)
                 : fmt::format("cannot connect to {}: the name does not resolve", peer.name);
    case TransportFault::connect:
      return connect_text(code, easy, peer, said);
    case TransportFault::tls:
      if (code == CURLE_USE_SSL_FAILED) return fmt::format("{} offers no STARTTLS, which is required", peer.name);
      return fmt::format("TLS with {} failed: {}", peer.name, reason);
    case TransportFault::timeout:
      return fmt::format("{}: {} within {}", peer.name, missing_at_timeout(easy, begun), format_duration(peer.timeout));
    case TransportFault::broken:
      return fmt::format("the connection to {} broke: {}", peer.name, reason);
    case TransportFault::login:
      return fmt::format("{} refused the login", peer.name);
    case TransportFault::setup:
      return fmt::format("the request to {} cannot be made: {}", peer.name, reason);
    case TransportFault::none:
    case TransportFault::too_large:
      break;
  }
  return reason;
}

}  // namespace

Failure explain(CURLcode code, const CurlEasy& easy, const Peer& peer, std::string_view said, bool begun) {
  const TransportFault fault = fault_of(code, easy, said, begun);
  return {.fault = fault, .text = one_line(text_of(fault, code, easy, peer, said, begun), limits::kErrorTextBytesMax)};
}

}  // namespace tocsin
