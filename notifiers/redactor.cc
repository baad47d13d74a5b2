#include "notifiers/redactor.h"

#include <algorithm>
#include <charconv>
#include <concepts>
#include <iterator>
#include <variant>

#include "agent/base/base64.h"
#include "agent/base/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kTellingPartBytes = 8;

/// Long and no plain word: "T0123ABCD", a token, a uuid; not "services".
bool is_telling(std::string_view part) {
  const auto is_lower = [](char byte) { return byte >= 'a' && byte <= 'z'; };
  return part.size() >= kTellingPartBytes && !std::ranges::all_of(part, is_lower);
}

void add(std::vector<Secret>& secrets, std::vector<Secret> more) {
  std::ranges::move(more, std::back_inserter(secrets));
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    unsigned char byte = 0;
    const std::string_view digits = text.substr(1, 2);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    const bool escaped = text.front() == '%' && error == std::errc() && end == text.data() + 3;
    out += escaped ? static_cast<char>(byte) : text.front();
    text.remove_prefix(escaped ? 3 : 1);
  }
  return out;
}

/// What stands behind "://".
std::string_view behind_scheme(std::string_view url) {
  const std::size_t scheme_end = url.find("://");
  return url.substr(scheme_end == std::string_view::npos ? 0 : scheme_end + 3);
}

std::string_view authority_of(std::string_view url) {
  const std::string_view rest = behind_scheme(url);
  return rest.substr(0, rest.find_first_of("/?#"));
}

/// User name and password of a URL, as they stand there and as they are sent.
void add_credentials(std::string_view url, std::vector<Secret>& secrets) {
  const std::string_view authority = authority_of(url);
  const std::size_t at = authority.rfind('@');
  if (at == std::string_view::npos) return;
  const std::string_view both = authority.substr(0, at);
  const std::string_view name = both.substr(0, both.find(':'));
  const std::string_view password = both.substr(std::min(name.size() + 1, both.size()));
  // A name alone may be one, such as a token.
  for (const std::string_view secret : {both, password}) secrets.emplace_back(std::string(secret));
  secrets.emplace_back(base64(percent_decoded(name) + ":" + percent_decoded(password)));
  add(secrets, forms_of_login(percent_decoded(name), Secret(percent_decoded(password))));
}

void add_url_secrets(const std::string& url, std::vector<Secret>& secrets) {
  add_credentials(url, secrets);
  std::string_view path = behind_scheme(url).substr(authority_of(url).size());
  if (path.size() >= kTellingPartBytes) {
    secrets.emplace_back(std::string(path));
  }
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find_first_of("/?#&=;"));
    if (is_telling(part)) {
      secrets.emplace_back(std::string(part));
    }
    path.remove_prefix(std::min(part.size() + 1, path.size()));
  }
}

std::vector<Secret> secrets_of(const HttpSettings& settings, std::vector<Secret> secrets) {
  secrets.push_back(settings.url);
  add_url_secrets(settings.url.reveal(), secrets);
  secrets.push_back(settings.bearer_token);
  if (settings.basic_auth) add(secrets, forms_of_login(settings.basic_auth->username, settings.basic_auth->password));
  add_credentials(settings.proxy_url.reveal(), secrets);
  for (const auto& [name, value] : settings.headers) {
    secrets.push_back(value);
  }
  return secrets;
}

std::vector<Secret> secrets_of(const EmailSettings& settings) {
  std::vector<Secret> secrets = forms_of_login(settings.username, settings.password);
  add_credentials(settings.proxy_url.reveal(), secrets);
  return secrets;
}

std::vector<Secret> secrets_of(const NotifierSettings& notifier) {
  return std::visit(
      []<class Settings>(const Settings& settings) -> std::vector<Secret> {
        if constexpr (std::same_as<Settings, EmailSettings>) {
          return secrets_of(settings);
        } else if constexpr (std::same_as<Settings, SlackSettings>) {
          return secrets_of(settings.http, {settings.bot_token});
        } else if constexpr (std::same_as<Settings, PagerDutySettings>) {
          return secrets_of(settings.http, {settings.routing_key});
        } else if constexpr (std::same_as<Settings, WebhookSettings>) {
          return secrets_of(settings.http, {});
        } else {
          return {};
        }
      },
      notifier.type);
}

}  // namespace

Redactor::Redactor(std::vector<Secret> secrets) : secrets_(std::move(secrets)) {
  std::erase_if(secrets_, [](const Secret& secret) { return secret.empty(); });
  std::ranges::sort(secrets_, std::ranges::greater(), [](const Secret& secret) { return secret.reveal().size(); });
}

Redactor::Redactor(const HttpSettings& settings, std::vector<Secret> more)
    : Redactor(secrets_of(settings, std::move(more))) {}

Redactor::Redactor(const EmailSettings& settings) : Redactor(secrets_of(settings)) {}

Redactor::Redactor(const NotifierSettings& settings) : Redactor(secrets_of(settings)) {}

std::string Redactor::clean(std::string_view text) const {
  std::string out(text);
  for (const Secret& secret : secrets_) {
    out = redact(std::move(out), secret);
  }
  return one_line(out, limits::kErrorTextBytesMax);
}

}  // namespace tocsin
