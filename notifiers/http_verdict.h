// The classification of responses that all notifiers share.
#pragma once

#include "agent/http/request.h"
#include "notifiers/notifier.h"
#include "notifiers/redactor.h"

namespace tocsin {

/// 2xx is accepted; 408, 425, 429, 5xx and transport faults are tried again; 3xx (redirects are not followed) and all
/// other 4xx are permanent refusals.
Verdict http_verdict(const Response& response, const Redactor& redactor);

/// A response without a usable status: retry. The notifier as a whole pauses where nothing can have been sent because
/// of its peer; where the request may have been read, `maybe_seen`. REQUIRES: response.fault is not none.
Verdict transport_verdict(const Response& response, const Redactor& redactor);

}  // namespace tocsin
