#include "notifiers/http_verdict.h"

#include <fmt/format.h>

#include <algorithm>

#include "notifiers/url.h"

namespace tocsin {
namespace {

using Outcome = Verdict::Outcome;

std::string_view fault_words(TransportFault fault) {
  switch (fault) {
    case TransportFault::none:
      return "no answer";
    case TransportFault::resolve:
      return "the host name has no address";
    case TransportFault::connect:
      return "cannot connect";
    case TransportFault::tls:
      return "the TLS handshake failed";
    case TransportFault::timeout:
      return "timed out";
    case TransportFault::broken:
      return "the connection ended before the reply was whole";
    case TransportFault::too_large:
      return "the reply is too large";
    case TransportFault::login:
      return "the login was refused";
    case TransportFault::setup:
      return "the request cannot be made";
  }
  return "unknown fault";
}

/// Faults of the peer as a whole or of the way to it; every other message would meet them too.
bool concerns_all(const Response& response) {
  switch (response.fault) {
    case TransportFault::resolve:
    case TransportFault::connect:
    case TransportFault::tls:
    case TransportFault::login:
    case TransportFault::setup:
      return true;
    case TransportFault::timeout:
      return !response.sent;
    default:
      return false;
  }
}

/// What no further try would change (contract 4), and a redirect, which is not followed. Any other refusal may be one
/// of a gateway that will know better.
bool is_permanent(int status) {
  return status == 400 || status == 401 || status == 403 || status == 404 || status == 410 ||
         (status >= 300 && status < 400);
}

/// Where a redirect points, without credentials and query; secrets of the path are the redactor's business.
std::string redirect_target(const std::string& location) {
  const std::string before_query = location.substr(0, location.find_first_of("?#"));
  const std::string origin = origin_of(before_query);
  const std::size_t authority = before_query.find("://");
  const std::size_t path = before_query.find('/', authority == std::string::npos ? 0 : authority + 3);
  if (path == std::string::npos) return origin.empty() ? "the same path" : origin;
  return origin + before_query.substr(path);
}

std::string status_reason(const Response& response) {
  if (response.status == 0) {
    return "no HTTP status in the answer";
  }
  if (response.status >= 300 && response.status < 400) {
    return fmt::format("HTTP {}: points to {}; redirects are not followed, give the final URL", response.status,
                       redirect_target(response.location));
  }
  return response.body.empty() ? fmt::format("HTTP {}", response.status)
                               : fmt::format("HTTP {}: {}", response.status, response.body);
}

Verdict retry_verdict(const Response& response, std::string reason) {
  Verdict verdict{.outcome = Outcome::retry, .reason = std::move(reason)};
  if (response.retry_after) {
    verdict.after = std::clamp(*response.retry_after, Duration{0}, limits::kRetryAfterMax);
  }
  return verdict;
}

}  // namespace

Verdict transport_verdict(const Response& response, const Redactor& redactor) {
  std::string reason(fault_words(response.fault));
  if (!response.fault_text.empty()) {
    reason += ": " + response.fault_text;
  }
  Verdict verdict = retry_verdict(response, redactor.clean(reason));
  verdict.pause_notifier = concerns_all(response);
  verdict.maybe_seen = response.sent;
  return verdict;
}

Verdict http_verdict(const Response& response, const Redactor& redactor) {
  // A reply over its limit has been answered all the same: its status counts.
  const bool answered =
      response.fault == TransportFault::none || (response.fault == TransportFault::too_large && response.status >= 200);
  if (!answered) {
    return transport_verdict(response, redactor);
  }
  if (response.status >= 200 && response.status < 300) {
    return {};
  }
  std::string reason = redactor.clean(status_reason(response));
  if (is_permanent(response.status)) {
    return {.outcome = Outcome::refused, .reason = std::move(reason)};
  }
  Verdict verdict = retry_verdict(response, std::move(reason));
  verdict.pause_notifier = response.status == 429;
  // A gateway that ran out of patience may have passed the request on.
  verdict.maybe_seen = response.status == 504;
  return verdict;
}

}  // namespace tocsin
