// Any text as a query that may be joined with others: what is joined is one argument of a function, whose end is where
// join_queries() put it.
#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/assert.h"
#include "agent/poll/joined_query.h"

namespace {

/// Where the argument that begins at `at` ends, read by rules of its own: brackets are counted, not matched.
std::size_t end_of_argument(const std::string& text, std::size_t at) {
  for (int depth = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '#') {
      at = text.find('\n', at);
    } else if (c == '"' || c == '\'' || c == '`') {
      for (++at; at < text.size() && text[at] != c; ++at) at += text[at] == '\\' && c != '`' ? 1 : 0;
    } else if (c == '(' || c == '[' || c == '{') {
      ++depth;
    } else if (c == ')' || c == ']' || c == '}') {
      --depth;
    }
    TOCSIN_ASSERT(depth >= 0);
    if (at >= text.size() || (c == ',' && depth == 0)) break;
  }
  return at;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace tocsin;
  const std::string query(reinterpret_cast<const char*>(data), size);
  if (!can_be_joined(query)) return 0;
  const std::vector<std::string_view> queries = {query, "up"};
  const std::string joined = join_queries(queries);
  const std::size_t begin = joined.find("label_join(") + 11;
  TOCSIN_ASSERT(joined.compare(begin, query.size(), query) == 0);
  TOCSIN_ASSERT(end_of_argument(joined, begin) == begin + query.size() + 1);
  TOCSIN_ASSERT(joined.find("(up\n,", begin + query.size()) != std::string::npos);
  return 0;
}
