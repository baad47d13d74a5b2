#include "notifiers/redactor.h"

#include <algorithm>

#include "agent/base/text.h"
#include "notifiers/base64.h"

namespace tocsin {
namespace {

constexpr std::size_t kTellingPartBytes = 8;

/// Long and no plain word: "T0123ABCD", a token, a uuid; not "services".
bool is_telling(std::string_view part) {
  const auto is_lower = [](char byte) { return byte >= 'a' && byte <= 'z'; };
  return part.size() >= kTellingPartBytes && !std::ranges::all_of(part, is_lower);
}

void add_url_secrets(const std::string& url, std::vector<Secret>& secrets) {
  const std::size_t scheme_end = url.find("://");
  const std::string_view rest = std::string_view(url).substr(scheme_end == std::string::npos ? 0 : scheme_end + 3);
  const std::size_t path_begin = std::min(rest.find_first_of("/?#"), rest.size());
  const std::string_view authority = rest.substr(0, path_begin);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view user = authority.substr(0, at);
    secrets.emplace_back(std::string(user));
    secrets.emplace_back(std::string(user.substr(user.find(':') + 1)));
  }
  std::string_view path = rest.substr(path_begin);
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
  if (settings.basic_auth) {
    secrets.push_back(settings.basic_auth->password);
    secrets.emplace_back(base64(settings.basic_auth->username + ":" + settings.basic_auth->password.reveal()));
  }
  for (const auto& [name, value] : settings.headers) {
    secrets.push_back(value);
  }
  return secrets;
}

}  // namespace

Redactor::Redactor(std::vector<Secret> secrets) : secrets_(std::move(secrets)) {
  std::erase_if(secrets_, [](const Secret& secret) { return secret.empty(); });
  std::ranges::sort(secrets_, std::ranges::greater(), [](const Secret& secret) { return secret.reveal().size(); });
}

Redactor::Redactor(const HttpSettings& settings, std::vector<Secret> more)
    : Redactor(secrets_of(settings, std::move(more))) {}

std::string Redactor::clean(std::string_view text) const {
  std::string out(text);
  for (const Secret& secret : secrets_) {
    out = redact(std::move(out), secret);
  }
  return one_line(out, limits::kErrorTextBytesMax);
}

}  // namespace tocsin
