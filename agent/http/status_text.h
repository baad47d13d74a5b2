// The standard phrase of an HTTP status (RFC 9110 section 15), for people.
#pragma once

#include <string>
#include <string_view>

namespace tocsin {

/// "" for a status that has none here.
constexpr std::string_view status_phrase(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 407:
      return "Proxy Authentication Required";
    case 408:
      return "Request Timeout";
    case 410:
      return "Gone";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "";
  }
}

/// "HTTP 503 Service Unavailable".
inline std::string status_text(int status) {
  const std::string_view phrase = status_phrase(status);
  std::string text = "HTTP " + std::to_string(status);
  return phrase.empty() ? text : text + " " + std::string(phrase);
}

}  // namespace tocsin
