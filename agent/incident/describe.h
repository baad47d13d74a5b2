// describe: fills what people see of an incident from what fires: labels, annotations, value, threshold, series.
#pragma once

#include "agent/evaluate/evaluator.h"
#include "agent/incident/incident.h"
#include "agent/incident/incident_book.h"

namespace tocsin {

/// Returns whether anything shown has changed.
bool describe(Incident& incident, const Rule& rule, const Firing& firing, const Surroundings& surroundings);

/// Labels that an incident of these series labels carries: the rule's own override them, the global ones fill in.
Labels incident_labels(const Rule& rule, const Labels& series, double value, const Surroundings& surroundings);

/// Rule, key and global labels as text: `HighErrorRate{service="checkout"}`.
std::string dedup_key(const Rule& rule, const Labels& key, const Surroundings& surroundings);

/// "0.0731 > 0.05", "0.0731" for a rule without threshold, "no data".
std::string evidence_text(const Rule& rule, const Firing& firing);

}  // namespace tocsin
