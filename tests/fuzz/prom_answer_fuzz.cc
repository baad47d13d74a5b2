// Any bytes as Prometheus's reply: an Answer or a fault, never a crash; the text of a fault is one bounded line.
#include <cstdint>
#include <string>

#include "agent/base/assert.h"
#include "agent/poll/prom_answer.h"

namespace {

void check(const tocsin::QueryFault& fault) {
  TOCSIN_ASSERT(!fault.text.empty());
  TOCSIN_ASSERT(fault.text.size() <= tocsin::limits::kErrorTextBytesMax);
  TOCSIN_ASSERT(fault.text.find('\n') == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace tocsin;
  if (size == 0) return 0;
  Response response;
  response.status = data[0] % 2 == 0 ? 200 : 400 + data[0];
  response.body.assign(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto instant = parse_instant(response, false);
  if (!instant) check(instant.error());
  const auto joined = parse_joined(response, false, 3);
  if (!joined) check(joined.error());
  const auto range = parse_range(response, true, from_unix_ms(0), from_unix_ms(60'000), 15s);
  if (!range) check(range.error());
  return 0;
}
