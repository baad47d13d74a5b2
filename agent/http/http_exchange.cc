#include "agent/http/http_exchange.h"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "agent/base/header_text.h"
#include "agent/base/size_text.h"
#include "agent/base/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kPadding = 64;  // a parser that reads past the end copies a body that has no more room there

/// "Name: value"; to curl "Name:" would mean to leave the header out, and "Name;" is the empty one.
std::string header_line(const std::string& name, const std::string& value) {
  return value.empty() ? name + ";" : name + ": " + value;
}

bool gives(const HttpSettings& settings, const char* name) {
  return std::ranges::any_of(settings.headers,
                             [name](const auto& header) { return strcasecmp(header.first.c_str(), name) == 0; });
}

}  // namespace

Result<std::unique_ptr<Exchange>> HttpExchange::make(RequestId id, CurlEasy easy, HttpRequest request,
                                                     const std::string& user_agent, LargeBodies& large_bodies) {
  std::unique_ptr<HttpExchange> exchange(new HttpExchange(id, std::move(easy), std::move(request), large_bodies));
  if (auto ready = exchange->prepare(user_agent); !ready) return std::unexpected(ready.error());
  return exchange;
}

bool HttpExchange::renew(RequestId id, HttpRequest& request) {
  const auto all_but_body = [](const HttpRequest& one) {
    return std::tie(one.settings, one.method, one.content_type, one.accept_gzip, one.reply_bytes_max);
  };
  if (request.body.empty() == has_body_ || all_but_body(request) != all_but_body(request_)) return false;
  begin_again(id);
  requests_ = 0;
  request_.body = std::move(request.body);
  set_method_and_body();
  return true;
}

HttpExchange::HttpExchange(RequestId id, CurlEasy easy, HttpRequest request, LargeBodies& large_bodies)
    : Exchange(id, std::move(easy)),
      request_(std::move(request)),
      has_body_(!request_.body.empty()),
      large_bodies_(large_bodies) {
  easy_.set(CURLOPT_WRITEFUNCTION, &HttpExchange::take_body);
  easy_.set(CURLOPT_WRITEDATA, this);
  easy_.set(CURLOPT_PREREQFUNCTION, &HttpExchange::count_request);
  easy_.set(CURLOPT_PREREQDATA, this);
}

Result<void> HttpExchange::prepare(const std::string& user_agent) {
  const HttpSettings& settings = request_.settings;
  auto url = Url::parse(settings.url.reveal());
  if (!url) return std::unexpected(url.error());
  if (url->scheme() != "http" && url->scheme() != "https") return fail("the URL must begin with http:// or https://");

  easy_.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  easy_.set_text(CURLOPT_PROTOCOLS_STR, "http,https");
  easy_.set_text(CURLOPT_USERAGENT, user_agent);
  if (request_.accept_gzip) {
    easy_.set_text(CURLOPT_ACCEPT_ENCODING, "gzip");
    // Of a paused body curl keeps all that one read expands to, which may be a thousand times as much.
    easy_.set(CURLOPT_BUFFERSIZE, limits::kCompressedReadBytesMax);
  } else {
    easy_.set(CURLOPT_BUFFERSIZE, limits::kReadBytesMax);
  }
  set_method_and_body();
  if (auto headers = set_headers(url->host_header()); !headers) return headers;
  if (auto credentials = set_credentials(); !credentials) return credentials;
  return set_connection(*url, {.tls = settings.tls, .proxy_url = settings.proxy_url, .timeout = settings.timeout});
}

void HttpExchange::set_method_and_body() {
  if (request_.method == "GET" && !has_body_) {
    easy_.set(CURLOPT_HTTPGET, 1L);
    return;
  }
  if (request_.method == "HEAD") {
    easy_.set(CURLOPT_NOBODY, 1L);
    return;
  }
  easy_.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  easy_.set(CURLOPT_POSTFIELDS, request_.body.data());  // not copied: request_ stays
  if (request_.method != "POST") easy_.set_text(CURLOPT_CUSTOMREQUEST, request_.method);
}

Result<void> HttpExchange::set_headers(const std::string& host_header) {
  const HttpSettings& settings = request_.settings;
  if (!is_header_name(request_.method)) return fail("the HTTP method is not valid");
  if (!is_header_value(request_.content_type)) return fail("the content type has a control character");
  for (const auto& [name, value] : settings.headers) {
    if (!is_header_name(name)) return fail(fmt::format("{} is no valid header name", quote(name)));
    if (!is_header_value(value.reveal())) return fail(fmt::format("the header {} has a control character", name));
    headers_.append(header_line(name, value.reveal()));
  }
  if (has_body_ && !gives(settings, "Content-Type")) {
    headers_.append(header_line("Content-Type", request_.content_type));
  }
  // The certificate may be checked against another name (server_name); the peer still sees the URL's.
  if (!gives(settings, "Host")) headers_.append(header_line("Host", host_header));
  headers_.append("Expect:");  // no waiting for 100 Continue
  easy_.set(CURLOPT_HTTPHEADER, headers_.get());
  return {};
}

Result<void> HttpExchange::set_credentials() {
  const HttpSettings& settings = request_.settings;
  if (const auto& basic = settings.basic_auth) {
    if (has_control(basic->username) || has_control(basic->password.reveal())) {
      return fail("the user name or the password of basic_auth has a control character");
    }
    easy_.set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    easy_.set_text(CURLOPT_USERNAME, basic->username);
    easy_.set_text(CURLOPT_PASSWORD, basic->password.reveal());
  } else if (!settings.bearer_token.empty()) {
    if (has_control(settings.bearer_token.reveal())) return fail("the bearer token has a control character");
    easy_.set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
    easy_.set_text(CURLOPT_XOAUTH2_BEARER, settings.bearer_token.reveal());
  }
  return {};
}

std::size_t HttpExchange::take_body(const char* data, std::size_t size, std::size_t count, void* exchange) noexcept {
  auto* self = static_cast<HttpExchange*>(exchange);
  const std::size_t bytes = size * count;
  std::string& body = self->response_.body;
  if (bytes > self->request_.reply_bytes_max - body.size()) {
    self->exceeded_ = fmt::format("is larger than {}", size_text(self->request_.reply_bytes_max));
    return CURL_WRITEFUNC_ERROR;
  }
  if (body.empty()) body.reserve(std::min(self->body_bytes_announced(), limits::kSmallBodyBytesMax));
  if (body.size() + bytes > limits::kSmallBodyBytesMax && !self->response_.turn) {
    self->response_.turn = self->large_bodies_.take(self->id());
    if (!self->response_.turn) return CURL_WRITEFUNC_PAUSE;
    body.reserve(self->large_body_bytes());
  }
  body.append(data, bytes);
  return bytes;
}

/// All at once: room that grows step by step was an eighth of the CPU for an answer of a thousand series.
std::size_t HttpExchange::body_bytes_announced() const {
  const curl_off_t bytes = easy_.amount(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T);  // -1: not announced
  return bytes <= 0 ? 0 : std::min(static_cast<std::size_t>(bytes), request_.reply_bytes_max) + kPadding;
}

/// Announced or not: a body that has outgrown its room is in memory twice, and room that is not used costs nothing.
std::size_t HttpExchange::large_body_bytes() const {
  return std::max(body_bytes_announced(), std::min(limits::kAnswerBytesMax, request_.reply_bytes_max) + kPadding);
}

/// curl sends a request again by itself where a kept connection ends without an answer.
int HttpExchange::count_request(void* exchange, char* /*peer*/, char* /*own*/, int /*peer_port*/,
                                int /*own_port*/) noexcept {
  ++static_cast<HttpExchange*>(exchange)->requests_;
  return CURL_PREREQFUNC_OK;
}

CURLcode HttpExchange::conclude(CURLcode code) {
  request_.body = {};  // idle exchanges keep no large ones
  response_.resent = requests_ > 1;
  response_.content_type = easy_.text(CURLINFO_CONTENT_TYPE);
  if (const std::string location = easy_.text(CURLINFO_REDIRECT_URL); !location.empty()) {
    // curl resolves a relative Location against the request's URL, credentials included.
    if (auto target = Url::parse(location)) {
      target->drop_credentials();
      response_.location = target->text();
    }
  }
  if (const curl_off_t seconds = easy_.amount(CURLINFO_RETRY_AFTER); seconds > 0) {
    response_.retry_after = std::min<std::chrono::seconds>(
        std::chrono::seconds(seconds), std::chrono::duration_cast<std::chrono::seconds>(limits::kRetryAfterMax));
  }
  const time_t date = curl_getdate(easy_.header("Date").c_str(), nullptr);
  if (date >= 0 && date < limits::kDateMax) response_.date = from_unix_ms(static_cast<int64_t>(date) * 1000);
  return code;
}

bool HttpExchange::begun() const {
  return easy_.number(CURLINFO_REQUEST_SIZE) > 0;
}

}  // namespace tocsin
