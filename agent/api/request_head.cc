#include "agent/api/request_head.h"

#include <fmt/format.h>

#include "agent/api/reply.h"
#include "agent/base/limits.h"

namespace tocsin {

std::optional<ApiReply> refuse_head(const ApiRequest& request) {
  const std::size_t hosts = request.header_count("Host");
  if (hosts > 1 || (hosts == 0 && request.version == "HTTP/1.1")) {
    return failure(400, "a request has one Host header");
  }
  const std::optional<std::string_view> coding = request.header("Transfer-Encoding");
  if (coding && request.version == "HTTP/1.0") return failure(400, "HTTP/1.0 knows no Transfer-Encoding");
  if (request.headers.size() > limits::kRequestHeadersMax) {
    return failure(431, fmt::format("the request has more than {} headers", limits::kRequestHeadersMax));
  }
  const std::size_t lengths = request.header_count("Content-Length") + request.header_count("Transfer-Encoding");
  if (lengths > 1) return failure(400, "the request gives the length of its body more than once");
  if (coding && !equal_ignoring_case(*coding, "chunked")) {
    return failure(400, fmt::format("Transfer-Encoding {} is not known here: send a Content-Length", excerpt(*coding)));
  }
  return std::nullopt;
}

}  // namespace tocsin
