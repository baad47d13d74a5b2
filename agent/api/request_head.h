// What can be said of a request once its head is read, before its body is.
#pragma once

#include <optional>

#include "agent/api/message.h"

namespace tocsin {

/// The refusal of a request whose head is valid HTTP but leaves open where its body ends or which host it is for, so
/// that a proxy in front could read it differently. nullopt: read on.
std::optional<ApiReply> refuse_head(const ApiRequest& request);

}  // namespace tocsin
