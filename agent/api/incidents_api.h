// /api/v1/incidents: reading from the store, acting through the engine.
#pragma once

#include "agent/api/context.h"

namespace tocsin {

ApiReply list_incidents(ApiContext& context, const ApiCall& call);
ApiReply show_incident(ApiContext& context, const ApiCall& call);
/// The next three answer with the incident as it is afterwards.
ApiReply acknowledge_incident(ApiContext& context, const ApiCall& call);
ApiReply resolve_incident(ApiContext& context, const ApiCall& call);
ApiReply note_incident(ApiContext& context, const ApiCall& call);

}  // namespace tocsin
