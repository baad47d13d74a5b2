#include "agent/api/request_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "agent/api/reply.h"
#include "agent/base/authority.h"

namespace tocsin {

std::optional<ApiReply> refuse_head(const ApiRequest& request) {
  const std::size_t hosts = request.header_count("Host");
  if (hosts > 1 || (hosts == 0 && request.version == "HTTP/1.1")) {
    return failure(400, "a request has one Host header");
  }
  const std::optional<std::string_view> coding = request.header("Transfer-Encoding");
  if (coding && request.version == "HTTP/1.0") return failure(400, "HTTP/1.0 knows no Transfer-Encoding");
  const std::size_t lengths = request.header_count("Content-Length") + request.header_count("Transfer-Encoding");
  if (lengths > 1) return failure(400, "the request gives the length of its body more than once");
  if (coding && !equal_ignoring_case(*coding, "chunked")) {
    return failure(400, fmt::format("Transfer-Encoding {} is not known here: send a Content-Length", excerpt(*coding)));
  }
  return std::nullopt;
}

void take_absolute_form(ApiRequest& request) {
  const std::string_view target = request.target;
  if (target.starts_with('/') || !origin_of(target)) return;
  const std::size_t begin = target.find("://") + 3;
  const std::size_t end = std::min(target.find_first_of("/?#", begin), target.size());
  std::erase_if(request.headers, [](const auto& header) { return equal_ignoring_case(header.first, "Host"); });
  request.headers.emplace_back("Host", target.substr(begin, end - begin));
  const std::string_view rest = target.substr(end);
  request.target = rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);
}

}  // namespace tocsin
