// From settings to the notifier that serves them.
#pragma once

#include <memory>

#include "notifiers/notifier.h"
#include "notifiers/settings.h"

namespace tocsin {

std::unique_ptr<const Notifier> make_notifier(const NotifierSettings& settings);

}  // namespace tocsin
