// The classification of Slack's answers: HTTP status, then what the body says.
#pragma once

#include <string_view>

#include "notifiers/http_verdict.h"
#include "notifiers/json.h"

namespace tocsin {

/// An incoming webhook's answer: 200 with the body `ok`, or JSON with ok: true.
Verdict slack_webhook_verdict(const Response& response, const Redactor& redactor);

/// A Web API method's answer: HTTP is 200 even on failure, `ok` tells.
Verdict slack_api_verdict(const Response& response, const Json& reply, const Redactor& redactor);

/// An error word that no retry can cure, such as channel_not_found. Unknown words are tried again.
bool is_permanent_slack_error(std::string_view error);

}  // namespace tocsin
