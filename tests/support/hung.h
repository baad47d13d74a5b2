// Hung: a watchdog that says what it would end the process for, in the place of ending it.
#pragma once

#include <chrono>
#include <future>
#include <string>
#include <string_view>

#include "agent/base/watchdog.h"

namespace tocsin::test {

struct Hung {
  explicit Hung(Duration silence_max)
      : watchdog(silence_max, [this](std::string_view what) { name.set_value(std::string(what)); }) {}
  /// Called once.
  std::string wait() {
    std::future<std::string> named = name.get_future();
    const bool is_named = named.wait_for(std::chrono::seconds(60)) == std::future_status::ready;
    return is_named ? named.get() : "nothing";
  }

  std::promise<std::string> name;
  Watchdog watchdog;
};

}  // namespace tocsin::test
