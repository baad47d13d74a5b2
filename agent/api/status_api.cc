#include "agent/api/status_api.h"

#include <fmt/ranges.h>

#include "agent/api/incident_json.h"
#include "agent/api/metrics.h"
#include "agent/api/reply.h"
#include "agent/base/time.h"

namespace tocsin {
namespace {

Json notifiers_json(const ReadModel& model) {
  Json list = Json::array();
  for (const NotifierStatus& status : model.notifiers) {
    Json json;
    json["name"] = status.name;
    json["type"] = status.type;
    json["queue_depth"] = status.depth;
    json["oldest"] = time_json(status.oldest);
    json["last_error"] = status.last_error;
    list.push_back(std::move(json));
  }
  return list;
}

Json status_json(const ReadModel& model) {
  Json json;
  json["version"] = TOCSIN_VERSION;
  json["uptime_seconds"] = in_seconds(model.at - model.started_at);
  json["started_at"] = time_json(model.started_at);
  json["config_hash"] = model.config_hash;
  json["ready"] = model.not_ready.empty();
  json["not_ready_reason"] = model.not_ready;
  json["restart_needed"] = model.restart_needed;
  json["prometheus"] = {{"up", model.prometheus_up}, {"last_error", model.prometheus_error}};
  json["store"] = {{"path", model.store_path}, {"ok", model.store_error.empty()}, {"error", model.store_error}};
  json["notifiers"] = notifiers_json(model);
  return json;
}

ApiReply make_metrics_page(ApiContext& context) {
  const Result<std::shared_ptr<const ReadModel>> model = context.read();
  if (!model) return failure(model.error());
  return {.status = 200,
          .content_type = "text/plain; version=0.0.4; charset=utf-8",
          .body = std::make_shared<const std::string>(render_metrics(**model, read_process_status())),
          .headers = {}};
}

}  // namespace

ApiReply show_metrics(ApiContext& context, const ApiCall& /*call*/) {
  return context.metrics_page.get([&context] { return make_metrics_page(context); });
}

ApiReply show_healthy(ApiContext& context, const ApiCall& /*call*/) {
  const Result<std::shared_ptr<const ReadModel>> model = context.read();
  return model ? text_reply("tocsin is healthy.\n") : failure(model.error());
}

ApiReply show_ready(ApiContext& context, const ApiCall& /*call*/) {
  const Result<std::shared_ptr<const ReadModel>> model = context.read();
  if (!model) return failure(model.error());
  if (!(*model)->not_ready.empty()) return failure(503, (*model)->not_ready);
  return text_reply("tocsin is ready.\n");
}

ApiReply reload(ApiContext& context, const ApiCall& /*call*/) {
  const Result<std::vector<std::string>> faults = context.control.reload();
  context.drop_cached();
  if (!faults) return failure(faults.error());
  if (!faults->empty()) return failure(400, fmt::format("{}", fmt::join(*faults, "\n")));
  const Result<std::shared_ptr<const ReadModel>> model = context.read();
  return success({{"restart_needed", model ? Json((*model)->restart_needed) : Json::array()}});
}

ApiReply show_status(ApiContext& context, const ApiCall& /*call*/) {
  const Result<std::shared_ptr<const ReadModel>> model = context.read();
  if (!model) return failure(model.error());
  return success(status_json(**model));
}

}  // namespace tocsin
