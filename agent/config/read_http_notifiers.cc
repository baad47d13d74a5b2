#include "agent/base/text.h"
#include "agent/config/read_http.h"
#include "agent/config/read_notifiers.h"
#include "agent/config/secret_reader.h"
#include "agent/config/url.h"

namespace tocsin {
namespace {

/// The base of a web API, `fallback` unless given.
void read_api_url(Table& table, std::string_view fallback, HttpSettings& out) {
  std::string url(fallback);
  table.parsed("url", url, parse_base_url);
  out.url = Secret(url);
}

void read_slack_bot(Table& table, SlackSettings& out) {
  read_api_url(table, "https://slack.com", out.http);
  read_secret(table, "bot_token", out.bot_token);
  if (!table.require("channel", "a `bot_token` posts into a channel; write its ID, like \"C0123456789\"")) return;
  table.string("channel", out.channel);
  if (out.channel.empty()) table.fault("channel", "it is empty; write the ID of the channel, like \"C0123456789\"");
}

void read_slack_webhook(Table& table, SlackSettings& out) {
  read_secret_url(table, "webhook_url", out.http.url);
  warn_if_exposed(table, "webhook_url");
  for (const std::string_view key : {"channel", "url"}) {
    if (table.string(key))
      table.fault(key, "it belongs to `bot_token`; a webhook already names its address and channel");
  }
}

}  // namespace

SlackSettings read_slack(Table& table) {
  SlackSettings settings;
  read_connection(table, settings.http);
  const bool bot = has_secret(table, "bot_token"), webhook = has_secret(table, "webhook_url");
  if (bot == webhook) {
    table.faults().add(table.place(), bot ? "`webhook_url` and `bot_token` are both there; keep one of them"
                                          : "write `webhook_url` (or `webhook_url_file`), or `bot_token` (or "
                                            "`bot_token_file`) and `channel`");
    for (const std::string_view key : {"bot_token", "webhook_url"}) read_secret(table, key);
    for (const std::string_view key : {"channel", "url"}) table.string(key);
  } else if (bot) {
    read_slack_bot(table, settings);
  } else {
    read_slack_webhook(table, settings);
  }
  return settings;
}

PagerDutySettings read_pagerduty(Table& table) {
  PagerDutySettings settings;
  read_connection(table, settings.http);
  read_api_url(table, "https://events.pagerduty.com", settings.http);
  if (has_secret(table, "routing_key") ||
      table.require("routing_key", "write the integration key of the service, or `routing_key_file`")) {
    read_secret(table, "routing_key", settings.routing_key);
  }
  return settings;
}

WebhookSettings read_webhook(Table& table) {
  WebhookSettings settings;
  if (has_secret(table, "url") || table.require("url", "write the address to post to")) {
    read_secret_url(table, "url", settings.http.url);
  }
  read_connection(table, settings.http);
  read_login(table, settings.http);
  return settings;
}

ConsoleSettings read_console(Table& table) {
  // A line on stdout needs neither, but every notifier takes them.
  HttpSettings unused;
  table.duration("timeout", unused.timeout, 1ms);
  read_proxy(table, unused.proxy_url);
  return {};
}

}  // namespace tocsin
