#include "agent/poll/query.h"

#include <fmt/format.h>

namespace tocsin {
namespace {

HttpRequest api_request(const PrometheusConfig& prometheus, std::string_view path, std::string form) {
  HttpRequest request;
  request.settings = prometheus.http;
  request.settings.url = Secret(prometheus.http.url.reveal() + std::string(path));
  request.content_type = "application/x-www-form-urlencoded";
  request.body = std::move(form);
  // Over loopback compression saves nothing and costs Prometheus a fifth of a joined query.
  request.accept_gzip = !prometheus.on_loopback;
  request.reply_bytes_max = prometheus.body_bytes_max;
  return request;
}

/// Asks Prometheus itself to give up in time, so that an abandoned query does not go on costing it.
std::string timeout_parameter(const PrometheusConfig& prometheus) {
  return fmt::format("&timeout={}ms", prometheus.http.timeout.count());
}

/// Percent-encoding of everything but letters, digits and what is `plain`.
std::string encode(std::string_view text, std::string_view plain) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size() * 2);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool alphanumeric =
        (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
    if (alphanumeric || plain.contains(c)) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

/// A value of a form. What may stand in a query of RFC 3986 and means nothing in a form stays as it is: of a joined
/// query that is much.
std::string form_value(std::string_view text) {
  return encode(text, "-_.~!$'()*,:@/?");
}

}  // namespace

std::string url_encode(std::string_view text) {
  return encode(text, "-_.~");
}

HttpRequest instant_query(const PrometheusConfig& prometheus, std::string_view query, std::optional<Timestamp> at) {
  const std::string time = at ? "&time=" + format_unix_seconds(*at) : "";
  return api_request(prometheus, "/api/v1/query",
                     fmt::format("query={}{}{}", form_value(query), time, timeout_parameter(prometheus)));
}

HttpRequest range_query(const PrometheusConfig& prometheus, std::string_view query, Timestamp start, Timestamp end,
                        Duration step) {
  return api_request(
      prometheus, "/api/v1/query_range",
      fmt::format("query={}&start={}&end={}&step={}{}", form_value(query), format_unix_seconds(start),
                  format_unix_seconds(end), format_unix_seconds(Timestamp{step}), timeout_parameter(prometheus)));
}

std::string graph_url(const PrometheusConfig& prometheus, std::string_view query) {
  return fmt::format("{}/graph?g0.expr={}&g0.tab=1", prometheus.http.url.reveal(), url_encode(query));
}

}  // namespace tocsin
