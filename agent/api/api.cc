#include "agent/api/api.h"

#include <fmt/format.h>

#include "agent/api/incidents_api.h"
#include "agent/api/reply.h"
#include "agent/api/rules_api.h"
#include "agent/api/status_api.h"

namespace tocsin {
namespace {

enum class Needs { nothing, access };

struct ApiRoute {
  std::string_view method;
  std::string_view path;  // "{id}" takes any one segment
  ApiHandler handler;
  Needs needs;
};

// Every path of the HTTP port.
constexpr ApiRoute kRoutes[] = {
    {"GET", "/metrics", show_metrics, Needs::nothing},
    {"GET", "/-/healthy", show_healthy, Needs::nothing},
    {"GET", "/-/ready", show_ready, Needs::nothing},
    {"POST", "/-/reload", reload, Needs::access},
    {"GET", "/api/v1/incidents", list_incidents, Needs::nothing},
    {"GET", "/api/v1/incidents/{id}", show_incident, Needs::nothing},
    {"POST", "/api/v1/incidents/{id}/acknowledge", acknowledge_incident, Needs::access},
    {"POST", "/api/v1/incidents/{id}/resolve", resolve_incident, Needs::access},
    {"POST", "/api/v1/incidents/{id}/notes", note_incident, Needs::access},
    {"GET", "/api/v1/rules", list_rules, Needs::nothing},
    {"GET", "/api/v1/status", show_status, Needs::nothing},
};

/// Whether the path is the pattern's; `id` is what stands in place of "{id}".
bool matches(std::string_view pattern, const std::vector<std::string>& path, std::string_view& id) {
  for (const std::string& segment : path) {
    if (!pattern.starts_with('/')) return false;
    pattern.remove_prefix(1);
    const std::string_view expected = pattern.substr(0, pattern.find('/'));
    if (expected == "{id}") {
      id = segment;
    } else if (expected != segment) {
      return false;
    }
    pattern.remove_prefix(expected.size());
  }
  return pattern.empty();
}

/// HEAD is GET without its body, which the server leaves out.
std::string_view served_as(std::string_view method) {
  return method == "HEAD" ? "GET" : method;
}

ApiReply wrong_method(std::string_view method, std::string_view allowed) {
  const std::string list = allowed == "GET" ? "GET, HEAD" : std::string(allowed);
  ApiReply reply = failure(405, fmt::format("{} is not served here: use {}", excerpt(method), list));
  reply.headers.emplace_back("Allow", list);
  return reply;
}

}  // namespace

Api::Api(Control& engine, StoreReader& store, Access access)
    : context_(engine, store), access_(std::make_shared<const Access>(std::move(access))) {}

ApiReply Api::answer(const ApiRequest& request) {
  const Result<Target> target = parse_target(request.target);
  if (!target) return failure(target.error());

  for (const ApiRoute& route : kRoutes) {
    std::string_view id;
    if (!matches(route.path, target->path, id)) continue;
    if (route.method != served_as(request.method)) return wrong_method(request.method, route.method);
    if (route.needs == Needs::access) {
      if (std::optional<ApiReply> refusal = refuse_change(request, *access())) return std::move(*refusal);
    }
    return route.handler(context_, {.request = request, .target = *target, .id = id});
  }
  return failure(404, fmt::format("there is nothing at {}", excerpt(request.target)));
}

void Api::set_access(Access access) {
  auto next = std::make_shared<const Access>(std::move(access));
  const std::lock_guard lock(access_mutex_);
  access_ = std::move(next);
}

std::shared_ptr<const Access> Api::access() {
  const std::lock_guard lock(access_mutex_);
  return access_;
}

}  // namespace tocsin
