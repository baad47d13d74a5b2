#include "agent/cli/http_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "agent/base/limits.h"
#include "agent/base/text.h"
#include "notifiers/json.h"

namespace tocsin {
namespace {

constexpr Duration kGrace = std::chrono::seconds(5);

Duration timeout_of(const Outgoing& outgoing) {
  if (const auto* http = std::get_if<HttpRequest>(&outgoing)) return http->settings.timeout;
  if (const auto* mail = std::get_if<MailRequest>(&outgoing)) return mail->timeout;
  return Duration{0};
}

Response unanswered(Duration after) {
  Response response;
  response.fault = TransportFault::timeout;
  response.fault_text = "no answer within " + format_duration(after);
  return response;
}

/// The `error` of a Prometheus-style answer, else the start of whatever it is.
std::string said(const Response& response) {
  const Json answer = parse_json(response.body);
  if (answer.is_object() && answer.contains("error") && answer["error"].is_string()) {
    return one_line(answer["error"].get_ref<const std::string&>(), limits::kErrorTextBytesMax);
  }
  return one_line(response.body, limits::kErrorTextBytesMax);
}

}  // namespace

Response exchange(Transport& transport, Outgoing outgoing) {
  std::vector<Outgoing> one;
  one.push_back(std::move(outgoing));
  return exchange_all(transport, std::move(one), 1).front();
}

std::vector<Response> exchange_all(Transport& transport, std::vector<Outgoing> outgoing, std::size_t concurrent_max) {
  Duration longest = kGrace;
  for (const Outgoing& one : outgoing) longest = std::max(longest, timeout_of(one) + kGrace);
  std::vector<Response> responses(outgoing.size(), unanswered(longest));
  std::size_t started = 0;
  for (std::size_t under_way = 0; started < outgoing.size() || under_way > 0;) {
    for (; started < outgoing.size() && under_way < concurrent_max; ++started, ++under_way) {
      transport.start(started, std::move(outgoing[started]));
    }
    std::vector<Completed> completed = transport.wait(longest);
    if (completed.empty()) {
      for (RequestId id = 0; id < started; ++id) transport.cancel(id);
      break;
    }
    under_way -= completed.size();
    for (Completed& one : completed) {
      one.response.turn.reset();  // all are held here
      responses[one.id] = std::move(one.response);
    }
  }
  return responses;
}

HttpRequest get_request(const std::string& url) {
  HttpRequest request;
  request.method = "GET";
  request.settings.url = Secret(url);
  request.content_type.clear();
  request.reply_bytes_max = limits::kAnswerBytesMax;
  return request;
}

Result<std::string> body_of(const std::string& url, const Response& response) {
  if (response.fault != TransportFault::none) {
    return fail(fmt::format("{}: {}", url, response.fault_text), ErrorCode::unavailable);
  }
  if (!response.location.empty()) {
    return fail(fmt::format("{} answered {}: it points to {}; redirects are not followed, give the final URL", url,
                            response.status, one_line(response.location, limits::kErrorTextBytesMax)));
  }
  if (!response.ok()) return fail(fmt::format("{} answered {}: {}", url, response.status, said(response)));
  return response.body;
}

std::string user_agent() {
  return std::string("tocsin/") + TOCSIN_VERSION;
}

}  // namespace tocsin
