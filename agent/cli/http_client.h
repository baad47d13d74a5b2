// Blocking HTTP for the commands that ask once and are done. The agent itself never blocks.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/http/transport.h"

namespace tocsin {

/// Starts one request and waits for its response; never longer than the request's own timeout plus a grace.
Response exchange(Transport& transport, Outgoing outgoing);

/// The same for many, at most `concurrent_max` at a time; responses in the order of requests.
std::vector<Response> exchange_all(Transport& transport, std::vector<Outgoing> outgoing, std::size_t concurrent_max);

/// "GET URL" with nothing else set.
HttpRequest get_request(const std::string& url);

/// The body of a 2xx answer. The error of anything else names the peer's host, what it said, and no secret.
Result<std::string> body_of(const std::string& url, const Response& response);

/// The User-Agent of every request that tocsin makes.
std::string user_agent();

}  // namespace tocsin
