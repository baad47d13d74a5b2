#include "agent/base/secret.h"

#include <string_view>

namespace tocsin {

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
