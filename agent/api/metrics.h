// Metrics: /metrics in Prometheus's text format 0.0.4. Every family of tocsin stands in metrics.cc, made at scrape time
// from the ReadModel, so that nothing is kept per rule between scrapes. docs/metrics.md explains each.
#pragma once

#include <string>

#include "agent/api/process_status.h"
#include "agent/engine/read_model.h"

namespace tocsin {

std::string render_metrics(const ReadModel& model, const ProcessStatus& process);

}  // namespace tocsin
