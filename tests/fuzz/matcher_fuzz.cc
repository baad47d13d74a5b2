// Any text as matchers: an error, or matchers whose own text means the same.
#include <cstdint>
#include <string>

#include "agent/base/assert.h"
#include "rules/matcher.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace tocsin;
  const auto matchers = parse_matchers({reinterpret_cast<const char*>(data), size});
  if (!matchers) {
    TOCSIN_ASSERT(!matchers.error().text.empty());
    return 0;
  }
  (void)all_match(*matchers, Labels{{"severity", "SEV1"}, {"team", "payments"}});
  for (const Matcher& matcher : *matchers) {
    const auto again = parse_matchers(matcher.text());
    TOCSIN_ASSERT(again.has_value() && again->size() == 1 && again->front() == matcher);
  }
  return 0;
}
