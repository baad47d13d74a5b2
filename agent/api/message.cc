#include "agent/api/message.h"

#include <algorithm>

namespace tocsin {
bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char byte) { return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::optional<std::string_view> ApiRequest::header(std::string_view name) const {
  const auto found =
      std::ranges::find_if(headers, [&](const auto& pair) { return equal_ignoring_case(pair.first, name); });
  if (found == headers.end()) return std::nullopt;
  return found->second;
}

std::size_t ApiRequest::header_count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(headers, [&](const auto& pair) { return equal_ignoring_case(pair.first, name); }));
}

}  // namespace tocsin
