// Any bytes as what a client of the HTTP API sends: a request target, or the body of an action.
#include <cstdint>
#include <string_view>

#include "agent/api/action_body.h"
#include "agent/api/incident_filter.h"
#include "agent/api/target.h"
#include "agent/base/assert.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace tocsin;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto target = parse_target(text)) {
    const auto filter = parse_incident_filter(*target);
    if (!filter) TOCSIN_ASSERT(!filter.error().text.empty());
  }
  const auto body = parse_action_body(text);
  if (!body) TOCSIN_ASSERT(!body.error().text.empty());
  return 0;
}
