#include "notifiers/slack_verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tocsin {
namespace {

using Outcome = Verdict::Outcome;

constexpr std::array<std::string_view, 43> kPermanent{"access_denied",
                                                      "account_inactive",
                                                      "action_prohibited",
                                                      "as_user_not_supported",
                                                      "cant_update_message",
                                                      "channel_is_archived",
                                                      "channel_not_found",
                                                      "deprecated_endpoint",
                                                      "edit_window_closed",
                                                      "ekm_access_denied",
                                                      "invalid_arg_name",
                                                      "invalid_arguments",
                                                      "invalid_auth",
                                                      "invalid_blocks",
                                                      "invalid_blocks_format",
                                                      "invalid_charset",
                                                      "invalid_form_data",
                                                      "invalid_json",
                                                      "invalid_payload",
                                                      "invalid_post_type",
                                                      "invalid_token",
                                                      "is_archived",
                                                      "json_not_object",
                                                      "message_not_found",
                                                      "method_deprecated",
                                                      "missing_scope",
                                                      "msg_too_long",
                                                      "no_permission",
                                                      "no_service",
                                                      "no_team",
                                                      "no_text",
                                                      "not_allowed_token_type",
                                                      "not_authed",
                                                      "not_in_channel",
                                                      "org_login_required",
                                                      "posting_to_general_channel_denied",
                                                      "restricted_action",
                                                      "team_access_not_granted",
                                                      "token_expired",
                                                      "token_revoked",
                                                      "too_many_attachments",
                                                      "user_not_found",
                                                      "thread_not_found"};

/// Words after which the message may have been posted all the same.
bool is_half_done(std::string_view error) {
  return error == "fatal_error" || error == "internal_error" || error == "request_timeout";
}

Verdict error_verdict(const std::string& error, const Response& response, const Redactor& redactor) {
  Verdict verdict{.reason = redactor.clean("Slack: " + error)};
  if (is_permanent_slack_error(error)) {
    verdict.outcome = Outcome::refused;
    return verdict;
  }
  verdict.outcome = Outcome::retry;
  verdict.pause_notifier = error == "ratelimited" || error == "rate_limited";
  verdict.maybe_seen = is_half_done(error);
  if (response.retry_after) {
    verdict.after = std::clamp(*response.retry_after, Duration{0}, limits::kRetryAfterMax);
  }
  return verdict;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) {
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace

bool is_permanent_slack_error(std::string_view error) {
  return std::ranges::find(kPermanent, error) != kPermanent.end();
}

Verdict slack_webhook_verdict(const Response& response, const Redactor& redactor) {
  Verdict verdict = http_verdict(response, redactor);
  if (verdict.outcome != Outcome::accepted || trimmed(response.body) == "ok") {
    return verdict;
  }
  const Json reply = parse_json(response.body);
  if (true_member(reply, "ok")) {
    return verdict;
  }
  if (const std::string error = string_member(reply, "error"); !error.empty()) {
    return error_verdict(error, response, redactor);
  }
  // Not Slack's answer. Trying again could post the same message again and again, so this is for an operator to see.
  return {.outcome = Outcome::refused,
          .reason = redactor.clean(fmt::format("HTTP {}, but the answer is not \"ok\"; is this a Slack webhook? {}",
                                               response.status, response.body)),
          .maybe_seen = true};
}

Verdict slack_api_verdict(const Response& response, const Json& reply, const Redactor& redactor) {
  Verdict verdict = http_verdict(response, redactor);
  if (verdict.outcome != Outcome::accepted || true_member(reply, "ok")) {
    return verdict;
  }
  if (const std::string error = string_member(reply, "error"); !error.empty()) {
    return error_verdict(error, response, redactor);
  }
  return {.outcome = Outcome::retry,
          .reason =
              redactor.clean(fmt::format("HTTP {}, but the answer is not Slack's: {}", response.status, response.body)),
          .maybe_seen = true};
}

}  // namespace tocsin
