#include "agent/config/read_notifiers.h"

#include <fmt/format.h>

#include <charconv>

#include "agent/base/text.h"
#include "agent/config/characters.h"
#include "agent/config/read_sections.h"

namespace tocsin {
namespace {

enum class Type { slack, pagerduty, email, webhook, console };

std::optional<Type> read_type(Table& table) {
  std::optional<Located<std::string>> given;
  if (table.require("type", "write one of \"slack\", \"pagerduty\", \"email\", \"webhook\", \"console\"")) {
    given = table.string("type");
  }
  Type type = Type::console;
  const std::size_t faults_before = table.faults().size();
  table.choice<Type>("type", type,
                     {{"slack", Type::slack},
                      {"pagerduty", Type::pagerduty},
                      {"email", Type::email},
                      {"webhook", Type::webhook},
                      {"console", Type::console}});
  if (!given || table.faults().size() != faults_before) return std::nullopt;
  return type;
}

void read_own_keys(Table& table, Type type, NotifierSettings& out) {
  switch (type) {
    case Type::slack:
      out.type = read_slack(table);
      return;
    case Type::pagerduty:
      out.type = read_pagerduty(table);
      return;
    case Type::email:
      out.type = read_email(table);
      return;
    case Type::webhook:
      out.type = read_webhook(table);
      return;
    case Type::console:
      out.type = read_console(table);
      return;
  }
}

void read_digest_above(Table& table, Type type, NotifierSettings& out) {
  constexpr int kDigestDefault = 10, kDigestMost = 100'000;
  const bool digests = type == Type::slack || type == Type::email;
  int above = kDigestDefault;
  table.integer("digest_above", above, 1, kDigestMost);
  if (digests) {
    out.digest_above = static_cast<std::size_t>(above);
  } else if (table.has("digest_above")) {
    table.fault("digest_above", "only notifiers of the types slack and email send digests; remove it");
  }
}

void read_common_keys(Table& table, Type type, NotifierSettings& out) {
  table.boolean("send_resolved", out.send_resolved);
  table.duration("max_retry_age", out.max_retry_age, 1s);
  if (type == Type::slack) out.rate_limit = RateLimit{};
  RateLimit limit;
  if (table.has("rate_limit")) {
    table.parsed("rate_limit", limit, parse_rate_limit);
    out.rate_limit = limit;
  }
  read_digest_above(table, type, out);
}

}  // namespace

Result<RateLimit> parse_rate_limit(std::string_view text) {
  constexpr int kRateMost = 100'000;
  RateLimit limit{.rate = 0, .per = 1s};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit.rate);
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (unit == "/m") limit.per = 1min;
  if (unit == "/h") limit.per = 1h;
  const bool known = unit == "/s" || unit == "/m" || unit == "/h";
  if (error == std::errc() && known && limit.rate >= 1 && limit.rate <= kRateMost) return limit;
  return fail(fmt::format("{} is no rate; write a whole number from 1 and /s, /m or /h, like \"1/s\"", quote(text)));
}

NotifiersSection read_notifiers(Table& root) {
  NotifiersSection section;
  root.each_named("notifiers", [&](const Located<std::string>& name, Table& table) {
    section.names.push_back(name.value);
    if (name.value.empty() || has_control_character(name.value)) {
      table.fault_at(name.place, "notifiers", "the name is empty or holds control characters; write [notifiers.NAME]");
    }
    const auto type = read_type(table);
    if (!type) return table.ignore_unknown_keys();
    NotifierSettings settings;
    settings.name = name.value;
    read_own_keys(table, *type, settings);
    read_common_keys(table, *type, settings);
    section.settings.push_back(std::move(settings));
  });
  return section;
}

}  // namespace tocsin
