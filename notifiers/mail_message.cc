#include "notifiers/mail_message.h"

#include <fmt/format.h>

#include "notifiers/mail_content.h"
#include "notifiers/mail_header.h"
#include "notifiers/mime.h"
#include "notifiers/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kTopicMax = 150;
constexpr std::size_t kHeaderValueMax = 200;

/// One thread per incident. This Message-ID is never sent; programs thread by it all the same, and every mail can name
/// it without having to know which one was first.
std::string thread_id(const IncidentSnapshot& incident, std::string_view domain) {
  return fmt::format("<{}.{}@{}>", message_id_part(incident.id), to_unix_ms(incident.opened_at), domain);
}

/// The same for every try of one delivery, so that a server or reader that sees it twice can drop one.
std::string message_id(const Notification& notification, std::string_view domain) {
  if (!notification.digest.empty() || notification.kind == NotificationKind::test) {
    return fmt::format("<{}.{}.{}@{}>", notification.digest.empty() ? "test" : "digest", notification.delivery,
                       to_unix_ms(notification.at), domain);
  }
  return fmt::format("<{}.{}.{}@{}>", message_id_part(notification.incident.id),
                     to_unix_ms(notification.incident.opened_at), notification.delivery, domain);
}

std::string to_header(const std::vector<MailAddress>& to) {
  std::string header = "To:";
  std::string_view separator = " ";
  for (const MailAddress& address : to) {
    header += fmt::format("{}{}", separator, address.header());
    separator = ",\r\n ";
  }
  return header + "\r\n";
}

std::string incident_headers(const Notification& notification, std::string_view domain) {
  const IncidentSnapshot& incident = notification.incident;
  const std::string thread = thread_id(incident, domain);
  const auto field = [](std::string_view name, std::string_view value) {
    return unstructured_header(name, short_line(value, kHeaderValueMax));
  };
  return fmt::format("In-Reply-To: {0}\r\nReferences: {0}\r\n", thread) + field("X-Tocsin-Incident", incident.id) +
         field("X-Tocsin-Rule", incident.rule) + field("X-Tocsin-Severity", incident.severity) +
         field("X-Tocsin-State", incident.state);
}

}  // namespace

std::string mail_topic(const Notification& notification) {
  if (!notification.digest.empty()) {
    return digest_headline(notification.digest);
  }
  const IncidentSnapshot& incident = notification.incident;
  return truncate(fmt::format("{} {}", short_line(incident.id, kTopicMax), rule_and_labels(incident, kTopicMax)),
                  kTopicMax);
}

std::string mail_subject(const Notification& notification, const std::string& topic, bool is_reply) {
  const std::string& severity =
      notification.digest.empty() ? notification.incident.severity : notification.digest.front().severity;
  const std::string_view mark = notification.kind == NotificationKind::test ? "[TEST] " : "";
  return fmt::format("{}{}[{}] {}", is_reply ? "Re: " : "", mark, short_line(severity, kTopicMax), topic);
}

std::string mail_message(const Notification& notification, const MailAddress& from, const std::vector<MailAddress>& to,
                         const std::string& subject) {
  const std::string domain = from.domain();
  const std::string id = message_id(notification, domain);
  const MailContent content = mail_content(notification);
  std::string mail = fmt::format("Date: {}\r\nFrom: {}\r\n", mail_date(notification.now), from.header());
  mail += to_header(to) + unstructured_header("Subject", subject);
  mail += fmt::format("Message-ID: {}\r\n", id);
  if (notification.digest.empty()) {
    mail += incident_headers(notification, domain);
  }
  mail += unstructured_header("X-Tocsin-Kind", notification.digest.empty() ? kind_text(notification.kind) : "digest");
  mail += fmt::format("List-Id: tocsin <tocsin.{}>\r\n", domain);
  mail += "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n";
  return mail + multipart_alternative(mail_plain(content), mail_html(content), id);
}

}  // namespace tocsin
