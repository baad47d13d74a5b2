// The places that a notification points to.
#pragma once

#include <string>
#include <vector>

#include "notifiers/notification.h"

namespace tocsin {

struct Link {
  std::string text;        // "Runbook"
  std::string url;         // clean, at most 2000 code points
  bool clickable = false;  // safe to put into markup as a link; else only to be shown as text
};

/// Of the incident itself, its runbook, its dashboard and its query in Prometheus, as far as there are any.
std::vector<Link> links_of(const IncidentSnapshot& incident);

}  // namespace tocsin
