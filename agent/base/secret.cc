#include "agent/base/secret.h"

#include "agent/base/base64.h"

namespace tocsin {

std::vector<Secret> forms_of_login(std::string_view username, const Secret& password) {
  if (password.empty()) return {};
  const std::string& value = password.reveal();
  const std::string user(username);
  // The longest first, so that none leaves a rest of another.
  return {Secret(base64('\0' + user + '\0' + value)),  // SMTP's PLAIN
          Secret(base64(user + ":" + value)),          // HTTP's Basic
          Secret(base64(value)),                       // SMTP's LOGIN
          password};
}

std::string redact(std::string text, const Secret& secret) {
  constexpr std::string_view kMask = "<secret>";
  const std::string& value = secret.reveal();
  if (value.empty()) return text;
  for (std::size_t at = text.find(value); at != std::string::npos; at = text.find(value, at + kMask.size())) {
    text.replace(at, value.size(), kMask);
  }
  return text;
}

}  // namespace tocsin
