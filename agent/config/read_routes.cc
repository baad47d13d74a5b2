#include <fmt/format.h>

#include "agent/config/read_sections.h"
#include "rules/matcher.h"

namespace tocsin {
namespace {

void read_matchers(Table& table, LocatedRoute& out) {
  const std::size_t faults_before = table.faults().size();
  for (const Located<std::string>& text : table.strings("match")) {
    auto matchers = parse_matchers(text.value);
    if (!matchers) {
      table.fault_at(text.place, "match", matchers.error().text);
      continue;
    }
    for (Matcher& matcher : *matchers) {
      out.route.matchers.push_back(std::move(matcher));
      out.matcher_places.push_back(text.place);
    }
  }
  out.readable = table.faults().size() == faults_before;
}

}  // namespace

std::vector<LocatedRoute> read_routes(Table& root, const std::vector<std::string>& notifier_names) {
  std::vector<LocatedRoute> routes;
  root.each("route", [&](Table& table) {
    LocatedRoute route;
    route.place = table.place();
    read_matchers(table, route);
    table.require("notify", "write the names of the notifiers to tell, or [] for nobody");
    route.route.notify = read_notify(table, "notify", notifier_names);
    table.boolean("continue", route.route.continues);
    if (table.has("repeat_interval")) table.duration("repeat_interval", route.route.repeat_interval.emplace(0), 1s);
    routes.push_back(std::move(route));
  });
  return routes;
}

}  // namespace tocsin
