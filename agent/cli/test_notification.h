// A test notification sent through one notifier, for `notify-test`.
#pragma once

#include <string>

#include "agent/base/time.h"
#include "agent/http/transport.h"
#include "notifiers/settings.h"

namespace tocsin {

struct TestOutcome {
  std::string notifier;
  bool accepted = false;
  std::string said;  // what the other side answered, or why it could not be asked; holds no secret
};

/// Blocks until the other side has answered every step, or failed one.
TestOutcome send_test(Transport& transport, const NotifierSettings& settings, const std::string& external_url,
                      Timestamp now);

}  // namespace tocsin
