// What can be said of a request once its head is read, before its body is.
#pragma once

#include <optional>

#include "agent/api/message.h"

namespace tocsin {

/// The refusal of a request whose head is valid HTTP but leaves open where its body ends or which host it is for, so
/// that a proxy in front could read it differently. nullopt: read on.
std::optional<ApiReply> refuse_head(const ApiRequest& request);

/// Of a target in absolute form ("http://host/path", RFC 9112 section 3.2.2) the path and query stay, and its authority
/// takes the place of the Host header. Any other target, one with a user name among them, stays what it is.
/// REQUIRES: !refuse_head(request).
void take_absolute_form(ApiRequest& request);

}  // namespace tocsin
