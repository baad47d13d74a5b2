// Access: who may change state over HTTP. Reading is open to everybody who reaches the port, as Prometheus's is.
#pragma once

#include <optional>
#include <string>

#include "agent/api/message.h"
#include "agent/base/secret.h"

namespace tocsin {

struct Access {
  Secret token;              // empty: none set
  std::string external_url;  // its host and origin are tocsin's own; may be empty
};

/// The refusal of a request that would change state; nullopt: it may.
///   - With a token: "Authorization: Bearer TOKEN", else 401.
///   - Without one: the peer must be on loopback and Host must name loopback or external_url's host, else 403. The
///     second keeps out pages whose name was rebound to 127.0.0.1.
///   - Either way: more than one Origin, or one other than tocsin's own or external_url's, is 403, and a body, or a
///     content type, other than application/json is 415, so that no page of another site can act in somebody's name.
std::optional<ApiReply> refuse_change(const ApiRequest& request, const Access& access);

/// Takes the same time wherever the two differ.
bool equal_in_constant_time(std::string_view given, std::string_view expected);

}  // namespace tocsin
