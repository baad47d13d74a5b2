// What goes out and what comes back: plain data, without a transport. Notifiers build these and judge the Response.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "agent/base/limits.h"
#include "agent/base/secret.h"
#include "agent/base/time.h"

namespace tocsin {

struct TlsSettings {
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  std::string server_name;  // checked against the certificate in place of the URL's host
  bool insecure_skip_verify = false;
  friend bool operator==(const TlsSettings&, const TlsSettings&) = default;
};

struct BasicAuth {
  std::string username;
  Secret password;
  friend bool operator==(const BasicAuth&, const BasicAuth&) = default;
};

/// How to reach one HTTP peer: Prometheus, a webhook, Slack. Shared by config and requests.
struct HttpSettings {
  Secret url;  // a Slack webhook's URL is a secret; texts name only its host
  std::optional<BasicAuth> basic_auth;
  Secret bearer_token;
  std::vector<std::pair<std::string, Secret>> headers;
  TlsSettings tls;
  Secret proxy_url;  // may hold a password; empty: the environment's proxy variables
  Duration timeout{10'000};
  friend bool operator==(const HttpSettings&, const HttpSettings&) = default;
};

struct HttpRequest {
  std::string method = "POST";
  HttpSettings settings;  // settings.url is the whole URL of this request
  std::string content_type = "application/json";
  std::string body;
  bool accept_gzip = false;  // only from a trusted Prometheus
  std::size_t reply_bytes_max = limits::kReplyBytesMax;
};

enum class StartTls { required, opportunistic, off };

/// One SMTP transaction: one envelope, one message.
struct MailRequest {
  std::string smtp_url;  // smtp:// or smtps://
  StartTls starttls = StartTls::required;
  std::string username;
  Secret password;
  TlsSettings tls;
  Secret proxy_url;
  Duration timeout{10'000};
  std::string ehlo_name;  // empty: the host's name
  std::string from;       // envelope address
  std::string to;         // envelope address; one per request, so that each has its own outcome
  std::string message;    // headers and body, CRLF line ends
};

/// One line on stdout.
struct ConsoleLine {
  std::string text;
};

using Outgoing = std::variant<HttpRequest, MailRequest, ConsoleLine>;

/// Why no (complete) reply was had.
enum class TransportFault {
  none,
  resolve,  // the name has no address
  connect,  // refused, unreachable, proxy said no
  tls,      // handshake or certificate; an operator has to look
  timeout,
  broken,     // the connection ended before the reply was whole
  too_large,  // the reply passed its limit
  login,      // SMTP: authentication refused
  setup,      // the request itself cannot be made: bad URL, unreadable CA file
};

struct Response {
  TransportFault fault = TransportFault::none;
  std::string fault_text;  // for people; holds no secret and no path of the URL
  int status = 0;          // HTTP status or the last SMTP code; 0: none seen
  bool sent = false;       // the peer may have read the whole request: with a fault, the outcome is unknown
  bool resent = false;  // it went out twice over a connection that died: this answers the second, the first is unknown
  std::optional<Duration> retry_after;  // header, seconds or HTTP date
  std::optional<Timestamp> date;        // by the peer's clock, to the second
  std::string content_type;
  std::string location;              // where a 3xx pointed
  std::string body;                  // HTTP body; SMTP: the last reply line
  std::shared_ptr<const void> turn;  // of a large body: no other comes in as long as any copy of this is left
  Duration took{0};

  bool ok() const { return fault == TransportFault::none && status >= 200 && status < 300; }
};

}  // namespace tocsin
