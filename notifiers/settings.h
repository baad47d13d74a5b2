// The settings of each notifier type as the configuration gives them, secrets already read.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agent/http/request.h"

namespace tocsin {

struct SlackSettings {
  HttpSettings http;  // url: the incoming webhook, or the Web API's base (https://slack.com) with a bot token
  Secret bot_token;   // empty: webhook
  std::string channel;
  friend bool operator==(const SlackSettings&, const SlackSettings&) = default;
};

struct PagerDutySettings {
  HttpSettings http;  // url: https://events.pagerduty.com
  Secret routing_key;
  friend bool operator==(const PagerDutySettings&, const PagerDutySettings&) = default;
};

struct EmailSettings {
  std::string smtp_url;
  StartTls starttls = StartTls::required;
  std::string username;
  Secret password;
  TlsSettings tls;
  Secret proxy_url;
  Duration timeout{10'000};
  std::string from;  // address, or "Name <address>"
  std::vector<std::string> to;
  friend bool operator==(const EmailSettings&, const EmailSettings&) = default;
};

struct WebhookSettings {
  HttpSettings http;
  friend bool operator==(const WebhookSettings&, const WebhookSettings&) = default;
};

struct ConsoleSettings {
  bool color = false;  // decided at start: stdout is a terminal
  friend bool operator==(const ConsoleSettings&, const ConsoleSettings&) = default;
};

/// `rate` notifications in `per`; a token bucket with a burst of `rate`.
struct RateLimit {
  int rate = 1;
  Duration per{1000};
  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

struct NotifierSettings {
  std::string name;
  std::variant<SlackSettings, PagerDutySettings, EmailSettings, WebhookSettings, ConsoleSettings> type;
  bool send_resolved = true;
  Duration max_retry_age{86'400'000};
  std::optional<RateLimit> rate_limit;      // 1/s for slack by default
  std::optional<std::size_t> digest_above;  // slack and email: 10 by default
  friend bool operator==(const NotifierSettings&, const NotifierSettings&) = default;
};

}  // namespace tocsin
