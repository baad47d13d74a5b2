// Any text as a duration or a time: an error, or a value that its own text gives again.
#include <cstdint>
#include <string_view>

#include "agent/base/assert.h"
#include "agent/base/time.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace tocsin;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto duration = parse_duration(text)) {
    const auto again = parse_duration(format_duration(*duration));
    TOCSIN_ASSERT(again.has_value() && *again == *duration);
  }
  if (const auto at = parse_rfc3339(text)) {
    const auto again = parse_rfc3339(format_rfc3339(*at));
    TOCSIN_ASSERT(again.has_value() && *again == *at);
  }
  return 0;
}
