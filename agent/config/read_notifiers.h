// One function per type of notifier: reads the keys that only this type has.
#pragma once

#include "agent/config/toml_reader.h"
#include "notifiers/settings.h"

namespace tocsin {

SlackSettings read_slack(Table& table);
PagerDutySettings read_pagerduty(Table& table);
EmailSettings read_email(Table& table);
WebhookSettings read_webhook(Table& table);
ConsoleSettings read_console(Table& table);

/// "1/s", "30/m", "500/h".
Result<RateLimit> parse_rate_limit(std::string_view text);

}  // namespace tocsin
