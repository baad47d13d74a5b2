#include "agent/api/request_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "agent/api/reply.h"
#include "agent/base/header_text.h"
#include "agent/base/limits.h"

namespace tocsin {
namespace {

bool too_large(std::string_view content_length) {
  uint64_t bytes = 0;
  const auto [end, code] = std::from_chars(content_length.data(), content_length.data() + content_length.size(), bytes);
  return code != std::errc{} || bytes > limits::kRequestBodyBytesMax;
}

}  // namespace

std::optional<ApiReply> refuse_head(const ApiRequest& request) {
  const auto is_unfit = [](const auto& header) { return !is_header_name(header.first); };
  if (std::ranges::any_of(request.headers, is_unfit)) {
    return failure(400, "a header's name is a token, without blanks: another server may read it otherwise");
  }
  const std::size_t hosts = request.header_count("Host");
  if (hosts > 1 || (hosts == 0 && request.version == "HTTP/1.1")) {
    return failure(400, "a request has one Host header");
  }
  const std::optional<std::string_view> coding = request.header("Transfer-Encoding");
  const std::size_t lengths = request.header_count("Content-Length") + request.header_count("Transfer-Encoding");
  if (lengths > 1) return failure(400, "the request gives the length of its body more than once");
  if (coding && !equal_ignoring_case(*coding, "chunked")) {
    return failure(400, fmt::format("Transfer-Encoding {} is not known here: send a Content-Length", excerpt(*coding)));
  }
  if (too_large(request.header("Content-Length").value_or("0"))) return body_too_large();
  return std::nullopt;
}

}  // namespace tocsin
