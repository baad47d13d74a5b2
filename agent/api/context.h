// ApiContext: what the handlers may use. Shared by all threads of the server.
#pragma once

#include <memory>

#include "agent/api/cached.h"
#include "agent/api/message.h"
#include "agent/api/target.h"
#include "agent/base/limits.h"
#include "agent/engine/control.h"
#include "agent/store/store_reader.h"

namespace tocsin {

/// What comes from the engine, and the pages with something for each rule, are kept for a moment, so that a storm of
/// requests loads neither the engine nor the processor.
class ApiContext {
 public:
  ApiContext(Control& engine, StoreReader& store) : control(engine), incidents(store) {}

  Result<std::shared_ptr<const ReadModel>> read() {
    return model_.get([this] { return control.read(); });
  }

  /// After an action: whoever acted sees what it did.
  void drop_cached() {
    model_.drop();
    metrics_page.drop();
    rules_page.drop();
  }

  Control& control;
  StoreReader& incidents;

 private:
  const SystemClock clock_;
  Cached<Result<std::shared_ptr<const ReadModel>>> model_{limits::kReadModelAge, limits::kReadModelAge, clock_};

 public:
  Cached<ApiReply> metrics_page{limits::kReadModelAge, limits::kPageAgeMax, clock_};
  Cached<ApiReply> rules_page{limits::kReadModelAge, limits::kPageAgeMax, clock_};
};

/// One request, routed: its target taken apart and the {id} of its path, where the route has one.
struct ApiCall {
  const ApiRequest& request;
  const Target& target;
  std::string_view id;
};

using ApiHandler = ApiReply (*)(ApiContext& context, const ApiCall& call);

}  // namespace tocsin
