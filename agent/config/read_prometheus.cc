#include "agent/base/authority.h"
#include "agent/config/read_http.h"
#include "agent/config/read_sections.h"
#include "agent/config/url.h"

namespace tocsin {

void read_prometheus(Table& root, PrometheusConfig& out) {
  constexpr std::string_view kRemedy = "write the address of the Prometheus, like \"http://localhost:9090\"";
  if (!root.require("prometheus", "add the section [prometheus] with a `url`")) return;
  root.nested("prometheus", [&](Table& table) {
    if (table.require("url", kRemedy)) {
      std::string url;
      table.parsed("url", url, parse_base_url);
      out.http.url = Secret(url);
      const auto origin = origin_of(url);
      out.on_loopback = origin && names_loopback(origin->authority.host);
    }
    read_connection(table, out.http);
    read_login(table, out.http);
    table.integer("max_concurrent_queries", out.max_concurrent_queries, 1, 1000);
    table.integer("batch", out.batch, 1, 1000);
    table.duration("query_offset", out.query_offset);
    table.duration("unreachable_after", out.unreachable_after, 1ms);
    table.parsed("body_limit", out.body_bytes_max, parse_size);
  });
}

}  // namespace tocsin
