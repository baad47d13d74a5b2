#include "notifiers/email.h"

#include <fmt/format.h>

#include <algorithm>

#include "notifiers/http_verdict.h"
#include "notifiers/mail_message.h"
#include "notifiers/text.h"

namespace tocsin {
namespace {

using Outcome = Verdict::Outcome;

constexpr std::size_t kAnswerMax = 100;  // of a server's answer kept for each recipient
constexpr int kServiceNotAvailable = 421;

/// An incident's mails share one thread; digests and tests belong to none.
bool has_thread(const Notification& notification) {
  return notification.digest.empty() && notification.kind != NotificationKind::test;
}

std::string smtp_answer(const Response& response) {
  const std::string code = std::to_string(response.status);
  return response.body.starts_with(code) ? response.body : fmt::format("{} {}", code, response.body);
}

/// The server as a whole is down or wants rest, whoever the recipient is.
bool concerns_all(const Response& response) {
  return response.status < 400 || response.status == kServiceNotAvailable ||
         (response.fault == TransportFault::login && response.status < 500);
}

Verdict server_verdict(const Response& response, const Redactor& redactor) {
  if (response.status >= 400) {
    return {.outcome = Outcome::retry,
            .reason = redactor.clean(smtp_answer(response)),
            .after = response.retry_after,
            .pause_notifier = true};
  }
  return transport_verdict(response, redactor);
}

std::string named(const std::map<std::string, std::string>& answers) {
  std::string text;
  for (const auto& [address, answer] : answers) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", address, answer);
  }
  return text;
}

}  // namespace

EmailNotifier::EmailNotifier(EmailSettings settings)
    : settings_(std::move(settings)), from_(parse_mail_address(settings_.from)), redactor_(settings_) {
  for (const std::string& text : settings_.to) {
    MailAddress address = parse_mail_address(text);
    if (std::ranges::find(recipients_, address.address) == recipients_.end()) {
      recipients_.push_back(address.address);
      to_.push_back(std::move(address));
    }
  }
}

MailProgress EmailNotifier::progress_of(const Notification& notification) const {
  return MailProgress::parse(notification.recall("mail_progress"), notification.delivery);
}

std::string EmailNotifier::recipient_of(const MailProgress& progress) const {
  return progress.next(recipients_).value_or(recipients_.empty() ? std::string() : recipients_.front());
}

Outgoing EmailNotifier::build(const Notification& notification) const {
  const std::string first_topic = has_thread(notification) ? notification.recall("mail_topic") : std::string();
  const bool is_reply = !first_topic.empty();
  const std::string topic = is_reply ? first_topic : mail_topic(notification);
  return MailRequest{.smtp_url = settings_.smtp_url,
                     .starttls = settings_.starttls,
                     .username = settings_.username,
                     .password = settings_.password,
                     .tls = settings_.tls,
                     .proxy_url = settings_.proxy_url,
                     .timeout = settings_.timeout,
                     .ehlo_name = {},
                     .from = from_.address,
                     .to = recipient_of(progress_of(notification)),
                     .message = mail_message(notification, from_, to_, mail_subject(notification, topic, is_reply))};
}

Verdict EmailNotifier::judge(const Notification& notification, const Response& response) const {
  const bool accepted = response.fault == TransportFault::none && response.status >= 200 && response.status < 300;
  MailProgress progress = progress_of(notification);
  if (!accepted && concerns_all(response)) {
    Verdict verdict = server_verdict(response, redactor_);
    verdict.maybe_seen = verdict.maybe_seen || !progress.accepted.empty();
    return verdict;
  }
  const std::string recipient = recipient_of(progress);
  const std::string answer = short_line(redactor_.clean(smtp_answer(response)), kAnswerMax);
  if (accepted) {
    progress.accepted.insert(recipient);
  } else if (response.fault == TransportFault::login) {
    // The login is the same for everybody.
    while (const std::optional<std::string> waiting = progress.next(recipients_)) {
      progress.refused[*waiting] = answer;
    }
  } else if (response.status >= 500) {
    progress.refused[recipient] = answer;
  } else {
    progress.later[recipient] = answer;
  }
  return next_step(notification, std::move(progress));
}

Verdict EmailNotifier::next_step(const Notification& notification, MailProgress progress) const {
  Verdict verdict{.outcome = Outcome::more};
  if (!progress.next(recipients_)) {
    verdict = finish(notification, progress);
    progress.later.clear();
  }
  verdict.remember["mail_progress"] = progress.text();
  return verdict;
}

Verdict EmailNotifier::finish(const Notification& notification, const MailProgress& progress) const {
  if (!progress.later.empty()) {
    // Whoever has the opening has to be told of the end, also where others never had it.
    return {.outcome = Outcome::retry,
            .reason = redactor_.clean("refused for now: " + named(progress.later)),
            .maybe_seen = !progress.accepted.empty()};
  }
  Verdict verdict;
  if (!progress.refused.empty()) {
    verdict.reason = redactor_.clean("refused: " + named(progress.refused));
    verdict.outcome = progress.accepted.empty() ? Outcome::refused : Outcome::accepted;
  }
  if (has_thread(notification) && notification.recall("mail_topic").empty() && !progress.accepted.empty()) {
    verdict.remember["mail_topic"] = mail_topic(notification);
  }
  return verdict;
}

}  // namespace tocsin
