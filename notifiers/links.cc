#include "notifiers/links.h"

#include "notifiers/text.h"
#include "notifiers/url.h"

namespace tocsin {
namespace {

constexpr std::size_t kShownMax = 2000;

void add_link(std::vector<Link>& links, std::string text, std::string_view url) {
  if (std::optional<std::string> link = as_link(url)) {
    links.push_back({.text = std::move(text), .url = std::move(*link), .clickable = true});
  } else if (std::string shown = short_line(url, kShownMax); !shown.empty()) {
    links.push_back({.text = std::move(text), .url = std::move(shown), .clickable = false});
  }
}

}  // namespace

std::vector<Link> links_of(const IncidentSnapshot& incident) {
  std::vector<Link> links;
  add_link(links, "Incident", incident.url);
  add_link(links, "Runbook", incident.annotation("runbook_url"));
  add_link(links, "Dashboard", incident.annotation("dashboard_url"));
  add_link(links, "Query in Prometheus", incident.query_url);
  return links;
}

}  // namespace tocsin
