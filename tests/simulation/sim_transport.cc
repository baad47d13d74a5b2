#include "tests/simulation/sim_transport.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "agent/base/text.h"
#include "agent/poll/presence.h"
#include "tests/simulation/chance.h"

namespace tocsin::sim {
namespace {

using nlohmann::json;

std::map<std::string, std::string> parse_form(const std::string& body) {
  std::map<std::string, std::string> form;
  std::string name;
  std::string* into = &name;
  std::string value;
  for (std::size_t at = 0; at <= body.size(); ++at) {
    if (at == body.size() || body[at] == '&') {
      form[name] = value;
      name.clear();
      value.clear();
      into = &name;
    } else if (body[at] == '=') {
      into = &value;
    } else if (body[at] == '%') {
      *into += static_cast<char>(std::stoi(body.substr(at + 1, 2), nullptr, 16));
      at += 2;
    } else {
      *into += body[at];
    }
  }
  return form;
}

Timestamp read_time(const std::string& seconds) {
  return from_unix_ms(std::llround(std::stod(seconds) * 1000));
}

json labels_json(const Labels& labels) {
  json object = json::object();
  for (const auto& [name, value] : labels) object[name] = value;
  return object;
}

json point(Timestamp at, double value) {
  return json::array({static_cast<double>(to_unix_ms(at)) / 1000, format_number(value)});
}

Response page(int status, std::string body, std::string type = "application/json") {
  Response response;
  response.status = status;
  response.sent = true;
  response.body = std::move(body);
  response.content_type = std::move(type);
  return response;
}

Response broken(TransportFault fault, bool sent) {
  Response response;
  response.fault = fault;
  response.fault_text = "simulated";
  response.sent = sent;
  return response;
}

std::string success(const char* type, json result) {
  return json{{"status", "success"}, {"data", {{"resultType", type}, {"result", std::move(result)}}}}.dump();
}

}  // namespace

void SimTransport::start(RequestId id, Outgoing outgoing) {
  const auto& request = std::get<HttpRequest>(outgoing);
  const std::string& url = request.settings.url.reveal();
  ++requests_;
  const bool is_query = url.find("/api/v1/query") != std::string::npos;
  Response response =
      is_query ? prometheus(request) : receiver(request, url.find("pager") == std::string::npos ? "hook" : "pager");
  const bool hangs = response.fault == TransportFault::timeout;
  const auto latency = hangs ? request.settings.timeout
                             : Duration{1 + static_cast<int64_t>(below(2000, plan_.seed, "latency", requests_))};
  response.took = latency;
  under_way_.emplace(clock_.now() + latency, Completed{id, std::move(response)});
}

void SimTransport::cancel(RequestId id) {
  std::erase_if(under_way_, [id](const auto& entry) { return entry.second.id == id; });
}

std::vector<Completed> SimTransport::wait(Duration timeout) {
  const Timestamp end = clock_.now() + timeout;
  const Timestamp first = under_way_.empty() ? end : std::min(end, under_way_.begin()->first);
  clock_.advance_to(first);
  std::vector<Completed> done;
  while (!under_way_.empty() && under_way_.begin()->first <= clock_.now()) {
    done.push_back(std::move(under_way_.begin()->second));
    under_way_.erase(under_way_.begin());
  }
  return done;
}

bool SimTransport::lasts(FaultKind kind) const {
  return std::ranges::any_of(plan_.faults, [&](const Fault& one) {
    return one.kind == kind && one.at <= clock_.now() && clock_.now() < one.at + one.length;
  });
}

bool SimTransport::fault(FaultKind kind) {
  if (!lasts(kind)) return false;
  ++injected_[kind];
  return true;
}

Response SimTransport::prometheus(const HttpRequest& request) {
  if (fault(FaultKind::prometheus_refuses)) return broken(TransportFault::connect, false);
  if (fault(FaultKind::prometheus_errors)) return page(503, "Service Unavailable", "text/plain");
  if (fault(FaultKind::prometheus_nonsense)) return page(200, "<html>Please log in</html>", "text/html");
  auto form = parse_form(request.body);
  const std::string& query = form["query"];
  const bool range = form.contains("start");
  const Timestamp start = read_time(form[range ? "start" : "time"]);
  const Timestamp end = range ? read_time(form["end"]) : start;
  const Duration step = range ? Duration{std::llround(std::stod(form["step"]) * 1000)} : Duration{1};
  json result = json::array();
  const bool presence = query == kPresenceQuery;
  for (const Labels& labels : presence ? std::vector<Labels>{{}} : story_.series(query)) {
    json values = json::array();
    for (Timestamp at = start; at <= end; at += step) {
      const auto value = presence ? static_cast<double>(to_unix_ms(at)) / 1000 : story_.value(query, labels, at);
      if (value) values.push_back(point(at, *value));
    }
    if (values.empty()) continue;
    json series{{"metric", labels_json(labels)}};
    series[range ? "values" : "value"] = range ? values : values.front();
    result.push_back(std::move(series));
  }
  return page(200, success(range ? "matrix" : "vector", std::move(result)));
}

Response SimTransport::receiver(const HttpRequest& request, const std::string& notifier) {
  if (fault(FaultKind::receiver_refuses)) return broken(TransportFault::connect, false);
  if (fault(FaultKind::receiver_errors)) return page(500, "try again");
  if (fault(FaultKind::receiver_hangs)) {
    ++ambiguous_;
    return broken(TransportFault::timeout, true);
  }
  if (fault(FaultKind::receiver_limits)) {
    Response response = page(429, "slow down");
    response.retry_after = 30s;
    return response;
  }
  accept(request, notifier);
  if (fault(FaultKind::receiver_loses_reply)) {
    ++ambiguous_;
    return broken(TransportFault::broken, true);
  }
  return page(notifier == "pager" ? 202 : 200, R"({"status":"success"})");
}

void SimTransport::accept(const HttpRequest& request, const std::string& notifier) {
  const json body = json::parse(request.body);
  if (notifier == "pager") {
    heard_.push_back({notifier, body.at("dedup_key"), body.at("event_action"), clock_.now()});
  } else {
    heard_.push_back({notifier, body.at("tocsin").at("id"), body.at("tocsin").at("kind"), clock_.now()});
  }
}

}  // namespace tocsin::sim
