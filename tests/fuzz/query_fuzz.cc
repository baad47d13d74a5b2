// Any text as a query that may be joined with others: what is joined is one argument of a function.
#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/assert.h"
#include "agent/poll/joined_query.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace tocsin;
  const std::string query(reinterpret_cast<const char*>(data), size);
  if (!can_be_joined(query)) return 0;
  const std::vector<std::string_view> queries = {query, "up"};
  const std::string joined = join_queries(queries);
  const std::size_t at = joined.find("(up\n,");
  TOCSIN_ASSERT(at != std::string::npos && joined.find(query) != std::string::npos);
  return 0;
}
