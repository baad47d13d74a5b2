#include <fmt/format.h>

#include "agent/base/text.h"
#include "agent/config/characters.h"
#include "agent/config/read_http.h"
#include "agent/config/read_notifiers.h"
#include "agent/config/secret_reader.h"
#include "agent/config/url.h"

namespace tocsin {
namespace {

/// local@domain, as it stands in an envelope. Not the whole grammar of RFC 5321: only what could break out of a command
/// or a header is refused, and what is surely a slip.
Result<std::string> parse_address(std::string_view text) {
  const std::size_t at = text.rfind('@');
  const bool parts = at != std::string_view::npos && at > 0 && at + 1 < text.size();
  const bool characters = !has_control_character(text) && text.find_first_of(" <>,;\"()") == std::string_view::npos;
  if (parts && characters) return std::string(text);
  return fail(fmt::format("{} is no mail address; write it like \"incident-response@example.org\"", quote(text)));
}

/// An address, or "Name <address>".
Result<std::string> parse_mailbox(std::string_view text) {
  const std::size_t open = text.rfind('<');
  if (open == std::string_view::npos) return parse_address(text);
  const std::string_view name = text.substr(0, open);
  const bool closed =
      text.ends_with('>') && !has_control_character(name) && name.find_first_of("<>") == std::string_view::npos;
  if (closed && parse_address(text.substr(open + 1, text.size() - open - 2))) return std::string(text);
  return fail(fmt::format("{} is no mail address; write it like \"tocsin <tocsin@example.org>\"", quote(text)));
}

void read_mail_login(Table& table, EmailSettings& out) {
  if (const auto name = table.string("username")) {
    out.username = name->value;
    if (name->value.empty() || has_control_character(name->value)) {
      table.fault("username", "it is empty or holds control characters; write the name or leave the key out");
    }
  }
  read_secret(table, "password", out.password);
  const bool password = has_secret(table, "password");
  if (table.has("username") && !password)
    table.fault("username", "it needs a `password` (or `password_file`) beside it");
  if (!table.has("username") && password) {
    table.fault(table.has("password") ? "password" : "password_file", "it needs a `username` beside it");
  }
  const bool clear = out.starttls == StartTls::off && out.smtp_url.starts_with("smtp://");
  if (clear && password) {
    table.faults().warn(table.place_of("starttls"), "the password is sent unencrypted; \"required\" would encrypt it");
  }
}

void read_recipients(Table& table, EmailSettings& out) {
  if (!table.require("to", "write the addresses to tell, like [\"incident-response@example.org\"]")) return;
  const std::size_t faults_before = table.faults().size();
  for (const Located<std::string>& text : table.strings("to")) {
    if (auto address = parse_mailbox(text.value)) {
      out.to.push_back(std::move(*address));
    } else {
      table.fault_at(text.place, "to", address.error().text);
    }
  }
  if (out.to.empty() && table.faults().size() == faults_before)
    table.fault("to", "it is empty; write at least one address");
}

}  // namespace

EmailSettings read_email(Table& table) {
  EmailSettings settings;
  if (table.require("smtp_url", "write the address of the mail server, like \"smtp://mail.example.org:587\"")) {
    table.parsed("smtp_url", settings.smtp_url, parse_smtp_url);
  }
  table.choice<StartTls>(
      "starttls", settings.starttls,
      {{"required", StartTls::required}, {"opportunistic", StartTls::opportunistic}, {"off", StartTls::off}});
  read_mail_login(table, settings);
  read_tls(table, settings.tls);
  read_proxy(table, settings.proxy_url);
  table.duration("timeout", settings.timeout, 1ms);
  if (table.require("from", "write the sender, like \"tocsin@example.org\"")) {
    table.parsed("from", settings.from, parse_mailbox);
  }
  read_recipients(table, settings);
  return settings;
}

}  // namespace tocsin
