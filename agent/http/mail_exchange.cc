#include "agent/http/mail_exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "agent/base/header_text.h"
#include "agent/base/text.h"

namespace tocsin {
namespace {

bool is_address(std::string_view text) {
  return !has_control(text) && text.find_first_of("<>") == std::string_view::npos;
}

/// A domain or an address literal (RFC 5321 section 4.1.2).
bool is_ehlo_name(std::string_view text) {
  constexpr std::string_view kMarks = ".-_:[]";
  return std::ranges::all_of(text, [=](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

long tls_level(const MailRequest& request) {
  if (request.starttls == StartTls::off) return CURLUSESSL_NONE;
  // Whoever can remove STARTTLS from the server's greeting must not get the password for it.
  const bool may_do_without = request.starttls == StartTls::opportunistic && request.username.empty();
  return may_do_without ? CURLUSESSL_TRY : CURLUSESSL_ALL;
}

/// What a kept connection must have in common with this request beside what curl itself compares: for smtp:// that is
/// neither STARTTLS nor the check of the certificate, so one in clear text would do where TLS is required.
std::string pool_key(const MailRequest& request) {
  const TlsSettings& tls = request.tls;
  return fmt::format("{} {} {} {} {} {}", tls_level(request), tls.insecure_skip_verify, quote(tls.ca_file),
                     quote(tls.cert_file), quote(tls.key_file), quote(tls.server_name));
}

/// The codes curl ends with when the server refused a step with its reply.
bool is_refusal(CURLcode code) {
  return code == CURLE_SEND_ERROR || code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_REMOTE_ACCESS_DENIED;
}

}  // namespace

Result<std::unique_ptr<Exchange>> MailExchange::make(RequestId id, CurlEasy easy, MailRequest request) {
  std::unique_ptr<MailExchange> exchange(new MailExchange(id, std::move(easy), std::move(request)));
  if (auto ready = exchange->prepare(); !ready) return std::unexpected(ready.error());
  return exchange;
}

MailExchange::MailExchange(RequestId id, CurlEasy easy, MailRequest request)
    : Exchange(id, std::move(easy)),
      request_(std::move(request)),
      login_(forms_of_login(request_.username, request_.password)) {
  request_.message = with_crlf(request_.message);
}

Result<void> MailExchange::prepare() {
  auto url = Url::parse(request_.smtp_url);
  if (!url) return std::unexpected(url.error());
  if (url->scheme() != "smtp" && url->scheme() != "smtps") return fail("smtp_url must begin with smtp:// or smtps://");
  if (!is_ehlo_name(request_.ehlo_name)) return fail(fmt::format("{} is no EHLO name", quote(request_.ehlo_name)));
  if (!request_.ehlo_name.empty()) {
    if (auto named = url->set_path("/" + request_.ehlo_name); !named) return named;
  }
  easy_.set_text(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  easy_.set(CURLOPT_USE_SSL, tls_level(request_));
  // curl compares the bearer token before it takes a kept connection, and sends it nowhere here: without a user name it
  // does not log in, and set_login() allows no mechanism that would take it.
  easy_.set_text(CURLOPT_XOAUTH2_BEARER, pool_key(request_));
  set_message();
  if (auto envelope = set_envelope(); !envelope) return envelope;
  if (auto login = set_login(); !login) return login;
  return set_connection(*url, {.tls = request_.tls, .proxy_url = request_.proxy_url, .timeout = request_.timeout});
}

Result<void> MailExchange::set_envelope() {
  if (request_.to.empty()) return fail("the mail has no recipient");
  if (!is_address(request_.to)) return fail(fmt::format("{} is no mail address", quote(request_.to)));
  if (!is_address(request_.from)) return fail(fmt::format("{} is no mail address", quote(request_.from)));
  recipients_.append(request_.to);
  easy_.set_text(CURLOPT_MAIL_FROM, request_.from);
  easy_.set(CURLOPT_MAIL_RCPT, recipients_.get());
  return {};
}

Result<void> MailExchange::set_login() {
  if (request_.username.empty()) return {};
  if (has_control(request_.username) || has_control(request_.password.reveal())) {
    return fail("the user name or the password has a control character");
  }
  easy_.set_text(CURLOPT_USERNAME, request_.username);
  easy_.set_text(CURLOPT_PASSWORD, request_.password.reveal());
  // Without a list curl prefers Kerberos where a server offers it, and fails where there is no ticket.
  easy_.set_text(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN;AUTH=CRAM-MD5");
  return {};
}

void MailExchange::set_message() {
  easy_.set(CURLOPT_UPLOAD, 1L);
  easy_.set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request_.message.size()));
  easy_.set(CURLOPT_READFUNCTION, &MailExchange::give_message);
  easy_.set(CURLOPT_READDATA, this);
  easy_.set(CURLOPT_SEEKFUNCTION, &MailExchange::rewind_message);
  easy_.set(CURLOPT_SEEKDATA, this);
}

std::size_t MailExchange::give_message(char* to, std::size_t size, std::size_t count, void* exchange) noexcept {
  auto* self = static_cast<MailExchange*>(exchange);
  const std::size_t bytes = self->request_.message.copy(to, size * count, self->given_);
  self->given_ += bytes;
  if (self->given_ == self->request_.message.size()) self->handed_over_ = true;
  return bytes;
}

int MailExchange::rewind_message(void* exchange, curl_off_t offset, int origin) noexcept {
  auto* self = static_cast<MailExchange*>(exchange);
  if (origin != SEEK_SET || std::cmp_greater(offset, self->request_.message.size()) || offset < 0) {
    return CURL_SEEKFUNC_CANTSEEK;
  }
  self->given_ = static_cast<std::size_t>(offset);
  return CURL_SEEKFUNC_OK;
}

void MailExchange::on_line(std::string_view line) {
  if (line.starts_with("221")) return;  // the answer to QUIT says nothing about the mail
  std::string shown(line);
  for (const Secret& secret : login_) shown = redact(std::move(shown), secret);
  response_.body = one_line(shown, limits::kErrorTextBytesMax);
  // After a refusal curl says QUIT, and all transfers wait until it is answered: that must not take long.
  const bool refused = line.starts_with('4') || line.starts_with('5');
  easy_.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, refused ? limits::kFarewellSecondsMax : 0L);
}

CURLcode MailExchange::conclude(CURLcode code) {
  request_.message = {};  // idle exchanges keep no large ones
  const bool refused = response_.status >= 400;
  if (refused && is_refusal(code)) return CURLE_OK;
  // A login that failed for the moment (454) is a refusal like any other, not a wrong password.
  return code == CURLE_LOGIN_DENIED && refused && response_.status < 500 ? CURLE_OK : code;
}

std::string MailExchange::peer_reason(TransportFault fault) const {
  if (fault != TransportFault::login) return "";
  if (response_.status < 400) return ": it offers none of PLAIN, LOGIN and CRAM-MD5";
  return ": " + response_.body;
}

std::string with_crlf(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\r' && text[at] != '\n') {
      out += text[at];
      continue;
    }
    if (text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n') ++at;
    out += "\r\n";
  }
  return out;
}

}  // namespace tocsin
