#include "agent/api/incidents_api.h"

#include <fmt/format.h>

#include "agent/api/action_body.h"
#include "agent/api/incident_filter.h"
#include "agent/api/incident_json.h"

namespace tocsin {
namespace {

Result<IncidentId> parse_id(std::string_view text) {
  if (const std::optional<IncidentId> id = parse_incident_name(text)) return *id;
  return fail(fmt::format("{} is not the id of an incident: give one as INC-7", excerpt(text)), ErrorCode::not_found);
}

ApiReply reply_with_incident(ApiContext& context, IncidentId id) {
  const Result<IncidentRecord> record = context.incidents.get(id);
  if (!record) return failure(record.error());
  return success(incident_json(*record));
}

ApiReply act(ApiContext& context, const ApiCall& call, Action::Kind kind) {
  const Result<IncidentId> id = parse_id(call.id);
  if (!id) return failure(id.error());
  Result<ActionBody> body = parse_action_body(call.request.body);
  if (!body) return failure(body.error());
  if (kind == Action::Kind::note && body->text.find_first_not_of(" \t\r\n") == std::string::npos) {
    return failure(400, R"(a note needs a text: send {"by":"...","text":"..."})");
  }
  const Result<void> done =
      context.control.act({.kind = kind, .incident = *id, .by = std::move(body->by), .text = std::move(body->text)});
  if (!done) return failure(done.error());
  context.drop_cached();
  return reply_with_incident(context, *id);
}

}  // namespace

ApiReply list_incidents(ApiContext& context, const ApiCall& call) {
  const Result<IncidentFilter> filter = parse_incident_filter(call.target);
  if (!filter) return failure(filter.error());
  const Result<IncidentPage> page = context.incidents.list(*filter);
  if (!page) return failure(page.error());
  Json data;
  data["incidents"] = Json::array();
  for (const Incident& incident : page->incidents) data["incidents"].push_back(incident_json(incident));
  const std::optional<IncidentId> next = page->next;
  data["next_cursor"] = next ? Json(incident_name(*next)) : Json(nullptr);
  return success(data);
}

ApiReply show_incident(ApiContext& context, const ApiCall& call) {
  const Result<IncidentId> id = parse_id(call.id);
  if (!id) return failure(id.error());
  return reply_with_incident(context, *id);
}

ApiReply acknowledge_incident(ApiContext& context, const ApiCall& call) {
  return act(context, call, Action::Kind::acknowledge);
}

ApiReply resolve_incident(ApiContext& context, const ApiCall& call) {
  return act(context, call, Action::Kind::resolve);
}

ApiReply note_incident(ApiContext& context, const ApiCall& call) {
  return act(context, call, Action::Kind::note);
}

}  // namespace tocsin
