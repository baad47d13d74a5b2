#include "agent/api/wire.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/beast/http/error.hpp>

#include "agent/api/reply.h"
#include "agent/base/limits.h"

namespace tocsin::wire {
namespace {

namespace http = boost::beast::http;

/// "Sun, 06 Nov 1994 08:49:37 GMT", RFC 9110 section 5.6.7.
std::string http_date(Timestamp at) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

std::string text(boost::beast::string_view view) {
  return {view.data(), view.size()};
}

}  // namespace

ApiRequest take_head(Parser& parser) {
  auto& head = parser.get();
  ApiRequest request;
  request.method = text(head.method_string());
  request.version = head.version() == 10 ? "HTTP/1.0" : "HTTP/1.1";
  request.target = text(head.target());
  for (const auto& field : head) request.headers.emplace_back(text(field.name_string()), text(field.value()));
  head.clear();
  return request;
}

ApiReply refuse_unreadable(boost::beast::error_code error) {
  if (error == http::error::body_limit) {
    return failure(413, fmt::format("the body has more than {} bytes", limits::kRequestBodyBytesMax));
  }
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return failure(
        431, fmt::format("the request line and the headers have more than {} bytes, or there are more than {} headers",
                         limits::kRequestHeadBytesMax, limits::kRequestHeadersMax));
  }
  if (error == http::error::bad_version) return failure(400, "the request line does not end in HTTP/1.0 or HTTP/1.1");
  return failure(400, fmt::format("this is no HTTP request: {}", error.message()));
}

Response make_response(const ApiReply& reply, const Parser& parser, Timestamp now, bool keep_alive) {
  Response response(http::int_to_status(reply.status), parser.is_done() ? parser.get().version() : 11);
  response.set(http::field::date, http_date(now));
  response.set(http::field::content_type, reply.content_type);
  response.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : reply.headers) response.set(name, value);
  response.body() = {reply.body->data(), reply.body->size()};
  response.content_length(reply.body->size());
  response.keep_alive(keep_alive && parser.is_done() && parser.keep_alive());
  return response;
}

}  // namespace tocsin::wire
