// How the agent itself is: /metrics, /-/healthy, /-/ready, /-/reload and /api/v1/status.
#pragma once

#include "agent/api/context.h"

namespace tocsin {

ApiReply show_metrics(ApiContext& context, const ApiCall& call);
/// 200 as long as the engine answers in time.
ApiReply show_healthy(ApiContext& context, const ApiCall& call);
/// 200 after the first round of evaluations and while the store works; else 503 and the reason.
ApiReply show_ready(ApiContext& context, const ApiCall& call);
/// 200, or 400 with every fault, one a line.
ApiReply reload(ApiContext& context, const ApiCall& call);
ApiReply show_status(ApiContext& context, const ApiCall& call);

}  // namespace tocsin
