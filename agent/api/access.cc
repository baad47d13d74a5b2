#include "agent/api/access.h"

#include "agent/api/reply.h"
#include "agent/base/authority.h"

namespace tocsin {
namespace {

ApiReply refuse_credentials(std::string_view text, std::string challenge) {
  ApiReply reply = failure(401, text);
  reply.headers.emplace_back("WWW-Authenticate", std::move(challenge));
  return reply;
}

std::optional<ApiReply> refuse_token(const ApiRequest& request, const Secret& token) {
  constexpr std::string_view kScheme = "Bearer ";
  const std::optional<std::string_view> header = request.header("Authorization");
  if (!header || !equal_ignoring_case(header->substr(0, kScheme.size()), kScheme)) {
    return refuse_credentials("this needs the token of [web] as 'Authorization: Bearer TOKEN'",
                              R"(Bearer realm="tocsin")");
  }
  if (equal_in_constant_time(header->substr(kScheme.size()), token.reveal())) return std::nullopt;
  return refuse_credentials("the bearer token is not the one of [web]",
                            R"(Bearer realm="tocsin", error="invalid_token")");
}

std::optional<ApiReply> refuse_stranger(const ApiRequest& request, const Access& access) {
  if (!request.from_loopback) {
    return failure(403, "without a token in [web] this is accepted from the same host only; set token_file");
  }
  const std::optional<Authority> host = parse_authority(request.header("Host").value_or(""));
  if (host && names_loopback(host->host)) return std::nullopt;
  const std::optional<Origin> external = origin_of(access.external_url);
  if (host && external && host->host == external->authority.host) return std::nullopt;
  return failure(403, "the Host header names neither this host (localhost, 127.0.0.1, [::1]) nor external_url");
}

/// The same, or two of the names that loopback has, at the same port.
bool same_place(const Origin& origin, const Origin& own) {
  if (origin == own) return true;
  return origin.scheme == own.scheme && origin.authority.port == own.authority.port &&
         names_loopback(origin.authority.host) && names_loopback(own.authority.host);
}

std::optional<ApiReply> refuse_origin(const ApiRequest& request, const Access& access) {
  const std::size_t count = request.header_count("Origin");
  if (count == 0) return std::nullopt;
  if (count > 1) return failure(403, "the request names more than one Origin");
  const std::optional<Origin> origin = origin_of(request.header("Origin").value_or(""));
  const std::string scheme = request.over_tls ? "https://" : "http://";
  const std::optional<Origin> own = origin_of(scheme + std::string(request.header("Host").value_or("")));
  if (origin && own && same_place(*origin, *own)) return std::nullopt;
  if (origin && origin == origin_of(access.external_url)) return std::nullopt;
  return failure(403,
                 "the request comes from a page of another site (its Origin is neither tocsin's nor external_url's)");
}

std::optional<ApiReply> refuse_content_type(const ApiRequest& request) {
  constexpr std::string_view kJson = "application/json";
  const std::optional<std::string_view> header = request.header("Content-Type");
  if (!header && request.body.empty()) return std::nullopt;
  const std::string_view type = header.value_or("");
  if (equal_ignoring_case(type.substr(0, type.find_first_of("; \t")), kJson)) return std::nullopt;
  return failure(415, "the body must be JSON: send 'Content-Type: application/json'");
}

}  // namespace

bool equal_in_constant_time(std::string_view given, std::string_view expected) {
  if (expected.empty()) return false;
  std::size_t difference = given.size() ^ expected.size();
  for (std::size_t i = 0; i < given.size(); ++i) {
    difference |= static_cast<unsigned char>(given[i] ^ expected[i % expected.size()]);
  }
  return difference == 0;
}

std::optional<ApiReply> refuse_change(const ApiRequest& request, const Access& access) {
  std::optional<ApiReply> refusal =
      access.token.empty() ? refuse_stranger(request, access) : refuse_token(request, access.token);
  if (!refusal) refusal = refuse_origin(request, access);
  if (!refusal) refusal = refuse_content_type(request);
  return refusal;
}

}  // namespace tocsin
