// A digest's incidents as Slack blocks.
#pragma once

#include <vector>

#include "notifiers/json.h"
#include "notifiers/notification.h"

namespace tocsin {

/// Sections of plain text, a heading for each severity, one line for each incident; what has no room is counted in a
/// last line "... and N more".
Json slack_digest_blocks(const std::vector<IncidentSnapshot>& digest);

}  // namespace tocsin
