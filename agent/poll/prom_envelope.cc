#include "agent/poll/prom_envelope.h"

#include <fmt/format.h>

#include <algorithm>

#include "agent/base/text.h"
#include "agent/http/status_text.h"

namespace tocsin {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

std::unexpected<QueryFault> fault(QueryFault::Kind kind, std::string_view text) {
  return std::unexpected(QueryFault{kind, one_line(text, limits::kErrorTextBytesMax)});
}

bool make_room(simdjson::dom::parser& parser, std::size_t bytes) {
  if (parser.max_depth() == limits::kAnswerDepthMax && parser.capacity() >= bytes) return true;
  return parser.allocate(bytes, limits::kAnswerDepthMax) == simdjson::SUCCESS;
}

std::size_t parts_max(std::string_view body) {
  return std::max(body.size(), limits::kAnswerBytesMax) / limits::kAnswerBytesPerPartMin;
}

/// Parsed, each name, value, list and object takes up to 24 bytes, and needs no more than two in JSON.
bool has_too_many_parts(std::string_view body) {
  if (body.size() <= parts_max(body)) return false;
  const auto begins_part = [](char c) { return c == ',' || c == ':' || c == '[' || c == '{'; };
  return static_cast<std::size_t>(std::ranges::count_if(body, begins_part)) > parts_max(body);
}

std::unexpected<QueryFault> unreachable(std::string_view text) {
  return fault(QueryFault::Kind::unreachable, text);
}

std::string_view text_of(const object& envelope, std::string_view key) {
  std::string_view text;
  return envelope[key].get(text) == simdjson::SUCCESS ? text : std::string_view();
}

/// A page's text is worth showing, its markup is not.
std::string excerpt(std::string_view body) {
  constexpr std::size_t kExcerptBytesMax = 160;
  const std::string text = one_line(body, kExcerptBytesMax);
  if (text.empty()) return "";
  return text.starts_with('<') ? ": an HTML page" : ": " + text;
}

std::unexpected<QueryFault> transport_fault(const Response& response) {
  const bool answered = response.status >= 200 && response.status < 300;
  if (response.fault == TransportFault::too_large && answered) {
    return unusable(fmt::format("{}; ask for fewer series or raise [prometheus] body_limit", response.fault_text));
  }
  return unreachable(response.fault_text);
}

/// What the status alone decides, before the body is looked at.
std::optional<std::string> refused_by_status(const Response& response) {
  const std::string status = status_text(response.status);
  if (response.status >= 300 && response.status < 400) {
    return fmt::format("{}: redirects are not followed; it points to {}", status,
                       response.location.empty() ? "nowhere" : response.location);
  }
  if (response.status == 401 || response.status == 403) {
    return fmt::format("{}{}; check basic_auth, bearer_token and headers", status, excerpt(response.body));
  }
  return std::nullopt;
}

std::unexpected<QueryFault> not_prometheus(const Response& response) {
  const std::string status = status_text(response.status);
  if (response.status == 404) {
    return unreachable(fmt::format("{}{}; is the path of [prometheus] url right?", status, excerpt(response.body)));
  }
  if (response.status < 200 || response.status >= 300) return unreachable(status + excerpt(response.body));
  // Prometheus writes the status first, so this beginning is its own, and only the rest has been lost.
  if (response.body.starts_with(R"({"status":"success")")) {
    if (!has_too_many_parts(response.body)) return unusable("the answer is cut off or no valid JSON");
    return unusable(
        fmt::format("the answer has more than {} names and values; ask for fewer series", parts_max(response.body)));
  }
  return unreachable(
      fmt::format("{}: the reply is not the JSON of Prometheus's API{}", status, excerpt(response.body)));
}

std::unexpected<QueryFault> rejected(const Response& response, const object& envelope) {
  const std::string_view type = text_of(envelope, "errorType");
  const std::string_view message = text_of(envelope, "error");
  return fault(QueryFault::Kind::rejected,
               fmt::format("{} {}: {}", status_text(response.status), type.empty() ? "error" : type,
                           message.empty() ? "no reason given" : message));
}

Parsed<QueryData> open_data(const object& envelope) {
  QueryData data;
  object inner;
  std::string_view type;
  if (envelope["data"].get(inner) != simdjson::SUCCESS) return unusable("the answer has no `data`");
  if (inner["resultType"].get(type) != simdjson::SUCCESS) return unusable("the answer has no `resultType`");
  if (inner["result"].get(data.result) != simdjson::SUCCESS) return unusable("the answer has no `result`");
  data.type = one_line(type, 40);
  return data;
}

}  // namespace

std::unexpected<QueryFault> unusable(std::string_view text) {
  return fault(QueryFault::Kind::unusable, text);
}

Parsed<QueryData> open_envelope(simdjson::dom::parser& parser, const Response& response, bool allow_partial) {
  if (response.fault != TransportFault::none) return transport_fault(response);
  if (const auto refusal = refused_by_status(response)) return unreachable(*refusal);

  object envelope;
  if (has_too_many_parts(response.body) || !make_room(parser, response.body.size()) ||
      parser.parse(response.body).get(envelope) != simdjson::SUCCESS) {
    return not_prometheus(response);
  }
  const std::string_view status = text_of(envelope, "status");
  if (status == "error") return rejected(response, envelope);
  if (status != "success" || !response.ok()) return not_prometheus(response);

  bool partial = false;
  if (envelope["isPartial"].get(partial) == simdjson::SUCCESS && partial && !allow_partial) {
    return fault(QueryFault::Kind::partial,
                 "the answer is partial (isPartial): some storage did not answer; allow_partial = true takes it");
  }
  return open_data(envelope);
}

}  // namespace tocsin
