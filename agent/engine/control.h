// Control: what the HTTP server and the signal thread may ask of the engine.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/engine/read_model.h"
#include "agent/incident/incident.h"

namespace tocsin {

/// What a person does to an incident.
struct Action {
  enum class Kind { acknowledge, resolve, note };
  Kind kind = Kind::note;
  IncidentId incident = 0;
  std::string by;
  std::string text;
};

/// Any thread. Each call waits for the engine, with a deadline of its own: ErrorCode::unavailable when it passes.
class Control {
 public:
  virtual ~Control() = default;
  /// Done and on disk when it returns. ErrorCode::not_found, ErrorCode::conflict (already resolved).
  virtual Result<void> act(const Action& action) = 0;
  /// The faults of the new configuration, "file:line:column: text" each; empty: it is in force.
  virtual Result<std::vector<std::string>> reload() = 0;
  virtual Result<std::shared_ptr<const ReadModel>> read() = 0;
};

}  // namespace tocsin
