#include "agent/cli/query_check.h"

#include <fmt/format.h>

#include <utility>

#include "agent/base/limits.h"
#include "agent/base/text.h"
#include "agent/cli/http_client.h"
#include "agent/poll/query.h"
#include "notifiers/json.h"
#include "notifiers/redactor.h"

namespace tocsin {
namespace {

constexpr int kNotFound = 404;

HttpRequest ask_prometheus(const PrometheusConfig& prometheus, const std::string& path, const std::string& form) {
  HttpRequest request;
  request.settings = prometheus.http;
  request.settings.url = Secret(prometheus.http.url.reveal() + path);
  request.content_type = "application/x-www-form-urlencoded";
  request.body = form;
  return request;
}

/// format_query only parses. What does not have it (VictoriaMetrics, an old Prometheus) has to run the query once.
Response parse_at_prometheus(Transport& transport, const PrometheusConfig& prometheus, const std::string& query) {
  const std::string form = "query=" + url_encode(query);
  Response response = exchange(transport, ask_prometheus(prometheus, "/api/v1/format_query", form));
  if (response.fault != TransportFault::none || response.status != kNotFound) return response;
  return exchange(transport, ask_prometheus(prometheus, "/api/v1/query", form));
}

/// "" where Prometheus has parsed it. A page of somebody else, a login say, is no such answer.
std::string refusal(const Response& response) {
  const Result<std::string> body = body_of("Prometheus", response);
  if (!body) return body.error().text;
  const Json answer = parse_json(*body);
  if (answer.is_object() && answer.value("status", Json()) == "success") return "";
  return "the answer is not the JSON of Prometheus's API: " + one_line(*body, limits::kErrorTextBytesMax);
}

Fault fault_at(const QueryPlace& place, const std::string& text) {
  return {place.file, place.line, place.column, text};
}

}  // namespace

std::vector<Fault> check_queries(Transport& transport, const LoadedConfig& loaded) {
  std::vector<Fault> faults;
  const PrometheusConfig& prometheus = loaded.config->prometheus;
  const Redactor redactor(prometheus.http);
  for (const QueryPlace& place : loaded.queries) {
    const Response response = parse_at_prometheus(transport, prometheus, place.query);
    const std::string reason = redactor.clean(refusal(response));
    if (reason.empty()) continue;
    if (response.fault != TransportFault::none) {
      // Asking an unreachable Prometheus for every query would only repeat the same time-out.
      faults.push_back(fault_at(place, "cannot ask " + reason));
      break;
    }
    faults.push_back(fault_at(place, fmt::format("query of rule {}: {}", place.rule, reason)));
  }
  return faults;
}

}  // namespace tocsin
