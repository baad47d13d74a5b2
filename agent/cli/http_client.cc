#include "agent/cli/http_client.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "agent/base/limits.h"
#include "agent/base/text.h"

namespace tocsin {
namespace {

constexpr RequestId kOnlyRequest = 1;
constexpr Duration kGrace = std::chrono::seconds(5);

Duration timeout_of(const Outgoing& outgoing) {
  if (const auto* http = std::get_if<HttpRequest>(&outgoing)) return http->settings.timeout;
  if (const auto* mail = std::get_if<MailRequest>(&outgoing)) return mail->timeout;
  return Duration{0};
}

/// The `error` of a Prometheus-style answer, else the start of whatever it is.
std::string said(const Response& response) {
  const nlohmann::json answer = nlohmann::json::parse(response.body, nullptr, false);
  if (answer.is_object() && answer.contains("error") && answer["error"].is_string()) {
    return answer["error"].get<std::string>();
  }
  return shorten(valid_utf8(response.body), limits::kErrorTextBytesMax);
}

}  // namespace

Response exchange(Transport& transport, Outgoing outgoing) {
  const Duration longest = timeout_of(outgoing) + kGrace;
  transport.start(kOnlyRequest, std::move(outgoing));
  std::vector<Completed> completed = transport.wait(longest);
  if (!completed.empty()) return std::move(completed.front().response);
  transport.cancel(kOnlyRequest);
  Response response;
  response.fault = TransportFault::timeout;
  response.fault_text = "no answer within " + format_duration(longest);
  return response;
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
  if (!response.ok()) return fail(fmt::format("{} answered {}: {}", url, response.status, said(response)));
  return response.body;
}

std::string user_agent() {
  return std::string("tocsin/") + TOCSIN_VERSION;
}

}  // namespace tocsin
