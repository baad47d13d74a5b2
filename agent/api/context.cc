#include "agent/api/context.h"

#include "agent/api/metrics.h"

namespace tocsin {
namespace {

Instant steady_now() {
  return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
}

}  // namespace

Result<std::shared_ptr<const ReadModel>> ApiContext::read() {
  return model_.get(steady_now(), [this] { return control.read(); });
}

Result<std::shared_ptr<const std::string>> ApiContext::metrics() {
  return metrics_.get(steady_now(), [this]() -> Result<std::shared_ptr<const std::string>> {
    const Result<std::shared_ptr<const ReadModel>> model = read();
    if (!model) return std::unexpected(model.error());
    return std::make_shared<const std::string>(render_metrics(**model, read_process_status()));
  });
}

}  // namespace tocsin
