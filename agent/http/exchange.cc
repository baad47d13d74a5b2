#include "agent/http/exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "agent/base/limits.h"
#include "agent/base/size_text.h"

namespace tocsin {
namespace {

long milliseconds_option(Duration timeout) {
  // To curl 0 means for ever.
  return std::clamp<long>(timeout.count(), 1, std::numeric_limits<int>::max());
}

bool is_tls_possible(const std::string& scheme) {
  return scheme != "http";
}

}  // namespace

Exchange::Exchange(RequestId id, CurlEasy easy) : easy_(std::move(easy)), id_(id) {
  easy_.set(CURLOPT_PRIVATE, this);
  easy_.set(CURLOPT_ERRORBUFFER, said_.data());
  easy_.set(CURLOPT_HEADERFUNCTION, &Exchange::take_header);
  easy_.set(CURLOPT_HEADERDATA, this);
}

Exchange::~Exchange() {
  // The handle forgets the pointers it holds before what they point to goes.
  if (easy_.get() != nullptr) easy_.reset();
}

Result<void> Exchange::set_connection(Url& url, const Path& path) {
  peer_ = {.name = url.authority(), .timeout = path.timeout};
  set_limits(path.timeout);
  if (auto tls = set_tls(url, path.tls); !tls) return tls;
  if (auto proxy = set_proxy(path.proxy_url); !proxy) return proxy;
  easy_.set_text(CURLOPT_URL, url.text());
  return accepted_by_curl();
}

void Exchange::set_limits(Duration timeout) {
  constexpr long kAge = std::chrono::duration_cast<std::chrono::seconds>(limits::kConnectionAgeMax).count();
  easy_.set(CURLOPT_NOSIGNAL, 1L);
  // Without it curl waits for a name server that does not answer after the timeout has passed, and all else with it.
  easy_.set(CURLOPT_QUICK_EXIT, 1L);
  easy_.set(CURLOPT_TIMEOUT_MS, milliseconds_option(timeout));
  easy_.set(CURLOPT_MAXAGE_CONN, kAge);
  easy_.set(CURLOPT_MAXLIFETIME_CONN, kAge);
  easy_.set(CURLOPT_CA_CACHE_TIMEOUT, kAge);
  easy_.set(CURLOPT_FOLLOWLOCATION, 0L);
}

Result<void> Exchange::set_tls(Url& url, const TlsSettings& tls) {
  const long verify = tls.insecure_skip_verify ? 0 : 1;
  easy_.set(CURLOPT_SSL_VERIFYPEER, verify);
  easy_.set(CURLOPT_SSL_VERIFYHOST, 2 * verify);
  easy_.set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!tls.ca_file.empty()) {
    easy_.set_text(CURLOPT_CAINFO, tls.ca_file);
    // The file given is the only one trusted, not one more beside the system's.
    easy_.set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  if (!tls.cert_file.empty()) easy_.set_text(CURLOPT_SSLCERT, tls.cert_file);
  if (!tls.key_file.empty()) easy_.set_text(CURLOPT_SSLKEY, tls.key_file);
  if (tls.server_name.empty() || !is_tls_possible(url.scheme())) return {};

  // curl checks the certificate against the URL's host. So that host becomes the name to check, and the real one the
  // place to connect to.
  const std::string place = url.authority();
  if (auto renamed = url.set_host(tls.server_name); !renamed) return renamed;
  connect_to_.append(url.authority() + ":" + place);
  easy_.set(CURLOPT_CONNECT_TO, connect_to_.get());
  return {};
}

Result<void> Exchange::set_proxy(const Secret& proxy_url) {
  easy_.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (proxy_url.empty()) return {};  // curl reads the environment
  constexpr std::array kSchemes = {"http", "https", "socks4", "socks4a", "socks5", "socks5h"};
  const auto url = Url::parse(proxy_url.reveal());
  if (!url) return fail(fmt::format("proxy_url: {}", url.error().text));
  if (std::ranges::find(kSchemes, url->scheme()) == kSchemes.end()) {
    return fail(fmt::format("proxy_url: the scheme must be one of {}", fmt::join(kSchemes, ", ")));
  }
  easy_.set_text(CURLOPT_PROXY, url->text());
  // A proxy given here is meant, whatever the environment's NO_PROXY says.
  easy_.set_text(CURLOPT_NOPROXY, "");
  return {};
}

Result<void> Exchange::accepted_by_curl() const {
  if (easy_.refused() == CURLE_OK) return {};
  return fail(fmt::format("the request to {} cannot be made: {}", peer_.name, curl_easy_strerror(easy_.refused())));
}

std::size_t Exchange::take_header(const char* data, std::size_t size, std::size_t count, void* exchange) noexcept {
  auto* self = static_cast<Exchange*>(exchange);
  const std::size_t bytes = size * count;
  self->header_bytes_ += bytes;
  if (self->header_bytes_ > limits::kReplyHeaderBytesMax) {
    self->exceeded_ = fmt::format("has more than {} of headers", size_text(limits::kReplyHeaderBytesMax));
    return 0;
  }
  self->on_line({data, bytes});
  return bytes;
}

Failure Exchange::failure(CURLcode code) const {
  if (!exceeded_.empty()) {
    return {.fault = TransportFault::too_large, .text = fmt::format("the reply of {} {}", peer_.name, exceeded_)};
  }
  return explain(code, easy_, peer_, said_.data(), begun());
}

Response Exchange::finish(CURLcode code) {
  using std::chrono::duration_cast;
  response_.status = static_cast<int>(easy_.number(CURLINFO_RESPONSE_CODE));
  response_.took = duration_cast<Duration>(std::chrono::microseconds(easy_.amount(CURLINFO_TOTAL_TIME_T)));
  response_.sent = true;
  code = conclude(code);
  if (code == CURLE_OK) return std::move(response_);

  const Failure found = failure(code);
  response_.fault = found.fault;
  response_.fault_text = found.text + peer_reason(found.fault);
  const bool never = found.fault == TransportFault::resolve || found.fault == TransportFault::connect ||
                     found.fault == TransportFault::tls || found.fault == TransportFault::setup;
  response_.sent = !never && maybe_read();
  return std::move(response_);
}

void Exchange::begin_again(RequestId id) {
  id_ = id;
  response_ = {};
  exceeded_.clear();
  header_bytes_ = 0;
  said_.front() = '\0';
}

CurlEasy Exchange::release() {
  easy_.reset();
  return std::move(easy_);
}

}  // namespace tocsin
