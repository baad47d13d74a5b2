#include "agent/api/message.h"

#include <strings.h>

#include <algorithm>

namespace tocsin {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::optional<std::string_view> ApiRequest::header(std::string_view name) const {
  const auto found = std::ranges::find_if(headers, [&](const auto& pair) { return same_name(pair.first, name); });
  if (found == headers.end()) return std::nullopt;
  return found->second;
}

std::size_t ApiRequest::header_count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(headers, [&](const auto& pair) { return same_name(pair.first, name); }));
}

}  // namespace tocsin
