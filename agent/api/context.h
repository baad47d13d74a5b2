// ApiContext: what the handlers may use. Shared by all threads of the server.
#pragma once

#include <memory>
#include <string>

#include "agent/api/cached.h"
#include "agent/api/message.h"
#include "agent/api/target.h"
#include "agent/base/limits.h"
#include "agent/engine/control.h"
#include "agent/store/store_reader.h"

namespace tocsin {

class ApiContext {
 public:
  ApiContext(Control& engine, StoreReader& store) : control(engine), incidents(store) {}

  /// The engine as it was at most limits::kReadModelAgeMax ago, so that a storm of requests does not load it.
  Result<std::shared_ptr<const ReadModel>> read();
  /// The text of /metrics, from such a model.
  Result<std::shared_ptr<const std::string>> metrics();

  Control& control;
  StoreReader& incidents;

 private:
  Cached<Result<std::shared_ptr<const ReadModel>>> model_{limits::kReadModelAgeMax};
  Cached<Result<std::shared_ptr<const std::string>>> metrics_{limits::kReadModelAgeMax};
};

/// One request, routed: its target taken apart and the {id} of its path, where the route has one.
struct ApiCall {
  const ApiRequest& request;
  const Target& target;
  std::string_view id;
};

using ApiHandler = ApiReply (*)(ApiContext& context, const ApiCall& call);

}  // namespace tocsin
