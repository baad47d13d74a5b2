#include "tests/notifiers/samples.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tocsin::samples {
namespace {

constexpr int kStepsMax = 20;

HttpSettings http_settings(std::string url) {
  HttpSettings settings;
  settings.url = Secret(std::move(url));
  return settings;
}

Subject named(std::string name, decltype(NotifierSettings::type) type, std::vector<std::string> secrets) {
  NotifierSettings settings;
  settings.name = name;
  settings.type = std::move(type);
  return {.name = std::move(name), .settings = std::move(settings), .secrets = std::move(secrets)};
}

Subject slack_webhook() {
  return named(
      "slack-webhook",
      SlackSettings{.http = http_settings("https://hooks.slack.com/services/T0EXAMPLE/B0EXAMPLE/hooktoken1234"),
                    .bot_token = Secret(),
                    .channel = {}},
      {"/services/T0EXAMPLE/B0EXAMPLE/hooktoken1234", "hooktoken1234"});
}

Subject slack_bot() {
  return named(
      "slack-bot",
      SlackSettings{
          .http = http_settings("https://slack.com"), .bot_token = Secret("xoxb-bot-token"), .channel = "#incidents"},
      {"xoxb-bot-token"});
}

Subject pagerduty() {
  return named("pagerduty",
               PagerDutySettings{.http = http_settings("https://events.pagerduty.com"),
                                 .routing_key = Secret("routing-key-of-32-characters-abc")},
               {"routing-key-of-32-characters-abc"});
}

Subject email() {
  EmailSettings settings;
  settings.smtp_url = "smtp://mail.example.org:587";
  settings.username = "tocsin";
  settings.password = Secret("smtp-password");
  settings.from = "Tocsin <tocsin@example.org>";
  settings.to = {"Incident Response <response@example.org>"};
  return named("email", settings, {"smtp-password"});
}

Subject webhook() {
  HttpSettings settings =
      http_settings("http://hook-user:hook-password@127.0.0.1:5001/hooks/0123456789abcdef?key=query-token-1");
  settings.basic_auth = BasicAuth{.username = "basic", .password = Secret("basic-password")};
  settings.bearer_token = Secret("bearer-token");
  settings.headers = {{"X-Api-Key", Secret("header-secret")}};
  return named("webhook", WebhookSettings{.http = settings},
               {"hook-password", "0123456789abcdef", "query-token-1", "basic-password", "bearer-token", "header-secret",
                "YmFzaWM6YmFzaWMtcGFzc3dvcmQ="});
}

}  // namespace

IncidentSnapshot incident() {
  IncidentSnapshot incident;
  incident.id = "INC-7";
  incident.rule = "HighErrorRate";
  incident.state = "open";
  incident.severity = "SEV3";
  incident.labels = Labels{{"service", "checkout"}, {"cluster", "staging"}};
  incident.annotations = {{"summary", "checkout: 7.31% of requests fail"},
                          {"description", "Customers cannot pay.\nSee the runbook & act."},
                          {"runbook_url", "https://runbooks.example.org/high-error-rate"},
                          {"dashboard_url", "https://grafana.example.org/d/errors?var-service=checkout&from=now-1h"}};
  incident.value = 0.0731;
  incident.threshold = "> 0.05";
  incident.dedup_key = "HighErrorRate{service=\"checkout\"}";
  incident.opened_at = kOpened;
  incident.series = {
      {.labels = Labels{{"service", "checkout"}, {"instance", "a:1"}}, .value = 0.0731, .since = kOpened - 2min},
      {.labels = Labels{{"service", "checkout"}, {"instance", "b:1"}}, .value = 0.06, .since = kOpened - 1min}};
  incident.series_count = 2;
  incident.url = "https://tocsin.example.org/api/v1/incidents/INC-7";
  incident.query_url = "http://prometheus.example.org:9090/graph?g0.expr=errors%3E0.05&g0.tab=0";
  return incident;
}

Notification notification(NotificationKind kind) {
  Notification notification;
  notification.delivery = 40 + static_cast<int64_t>(kind);
  notification.kind = kind;
  notification.incident = incident();
  notification.external_url = "https://tocsin.example.org";
  notification.at = kind == NotificationKind::open ? kOpened : kOpened + 12min;
  notification.now = notification.at + 1s;
  IncidentSnapshot& incident = notification.incident;
  if (kind == NotificationKind::escalate) {
    incident.previous_severity = "SEV3";
    incident.severity = "SEV1";
  }
  if (kind == NotificationKind::deescalate) {
    incident.previous_severity = "SEV2";
  }
  if (kind == NotificationKind::resolve || kind == NotificationKind::acknowledge) {
    incident.severity = "SEV1";
  }
  if (kind == NotificationKind::acknowledge) {
    incident.state = "acknowledged";
    incident.acknowledged_at = notification.at;
    incident.acknowledged_by = "ada";
  }
  if (kind == NotificationKind::resolve || kind == NotificationKind::past) {
    incident.state = "resolved";
    incident.resolved_at = notification.at;
    incident.resolve_reason = "recovered";
  }
  return notification;
}

Notification digest(std::size_t count) {
  Notification digest = notification(NotificationKind::open);
  for (std::size_t i = 0; i < count; ++i) {
    IncidentSnapshot one = incident();
    one.id = fmt::format("INC-{}", i + 1);
    one.severity = fmt::format("SEV{}", 1 + i * 4 / count);
    digest.digest.push_back(std::move(one));
  }
  digest.incident = digest.digest.front();
  return digest;
}

bool Subject::is_http() const {
  return !std::holds_alternative<EmailSettings>(settings.type) &&
         !std::holds_alternative<ConsoleSettings>(settings.type);
}

std::vector<Subject> all_subjects() {
  return {slack_webhook(), slack_bot(), pagerduty(), email(), webhook(), named("console", ConsoleSettings{}, {})};
}

Subject subject(std::string_view name) {
  for (Subject& subject : all_subjects()) {
    if (subject.name == name) {
      return subject;
    }
  }
  throw std::invalid_argument(fmt::format("no such notifier in the table: {}", name));
}

Response http(int status, std::string body) {
  Response response;
  response.status = status;
  response.sent = true;
  response.body = std::move(body);
  return response;
}

Response smtp(int status, std::string line) {
  return http(status, std::move(line));
}

Response success(const Outgoing& outgoing) {
  if (std::holds_alternative<ConsoleLine>(outgoing)) {
    return {};
  }
  if (std::holds_alternative<MailRequest>(outgoing)) {
    return smtp(250, "250 2.0.0 OK");
  }
  const std::string& url = http_request(outgoing).settings.url.reveal();
  if (url.starts_with("https://slack.com/api/")) {
    return http(200, R"({"ok":true,"channel":"C0123","ts":"1503435956.000247"})");
  }
  if (url.starts_with("https://events.pagerduty.com")) {
    return http(202, R"({"status":"success","message":"Event processed","dedup_key":"k"})");
  }
  return http(200, "ok");
}

const HttpRequest& http_request(const Outgoing& outgoing) {
  return std::get<HttpRequest>(outgoing);
}

const MailRequest& mail_request(const Outgoing& outgoing) {
  return std::get<MailRequest>(outgoing);
}

const std::string& console_text(const Outgoing& outgoing) {
  return std::get<ConsoleLine>(outgoing).text;
}

std::vector<Outgoing> deliver(const Notifier& notifier, Notification& notification) {
  std::vector<Outgoing> sent;
  for (int step = 0; step < kStepsMax; ++step) {
    sent.push_back(notifier.build(notification));
    const Verdict verdict = notifier.judge(notification, success(sent.back()));
    for (const auto& [name, value] : verdict.remember) {
      notification.remembered[name] = value;
    }
    if (verdict.outcome != Verdict::Outcome::more) {
      EXPECT_EQ(verdict.outcome, Verdict::Outcome::accepted) << verdict.reason;
      return sent;
    }
  }
  ADD_FAILURE() << "not done after " << kStepsMax << " steps";
  return sent;
}

}  // namespace tocsin::samples
