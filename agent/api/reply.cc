#include "agent/api/reply.h"

#include <fmt/format.h>

#include "agent/base/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kQuotedBytesMax = 60;

/// The names are Prometheus's where it has one for the case.
std::string_view error_type(unsigned int status) {
  switch (status) {
    case 401:
      return "unauthorized";
    case 403:
      return "forbidden";
    case 404:
      return "not_found";
    case 409:
      return "conflict";
    case 500:
      return "internal";
    case 503:
      return "unavailable";
    default:
      return "bad_data";
  }
}

unsigned int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid:
      return 400;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::conflict:
      return 409;
    case ErrorCode::forbidden:
      return 403;
    case ErrorCode::unavailable:
      return 503;
    case ErrorCode::internal:
      return 500;
  }
  return 500;
}

ApiReply json_reply(unsigned int status, std::string text) {
  return {.status = status,
          .content_type = "application/json",
          .body = std::make_shared<const std::string>(std::move(text)),
          .headers = {{"Cache-Control", "no-store"}}};
}

}  // namespace

ApiReply text_reply(std::string text) {
  return {.status = 200,
          .content_type = "text/plain; charset=utf-8",
          .body = std::make_shared<const std::string>(std::move(text)),
          .headers = {{"Cache-Control", "no-store"}}};
}

ApiReply success(const Json& data) {
  return success_text(json_text(data));
}

ApiReply success_text(std::string_view data) {
  return json_reply(200, fmt::format(R"({{"status":"success","data":{}}})", data));
}

ApiReply failure(unsigned int status, std::string_view text) {
  Json json;
  json["status"] = "error";
  json["errorType"] = error_type(status);
  json["error"] = text;
  return json_reply(status, json_text(json));
}

ApiReply failure(const Error& error) {
  return failure(status_of(error.code), error.text);
}

std::string excerpt(std::string_view input) {
  return quote(shorten(input, kQuotedBytesMax));
}

}  // namespace tocsin
