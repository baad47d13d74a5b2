#include "agent/store/damage_check.h"

#include <sqlite3.h>

#include <chrono>

#include "agent/store/schema.h"
#include "agent/store/sqlite_connection.h"
#include "agent/store/sqlite_error.h"

namespace tocsin {

DamageCheck::DamageCheck(const std::string& location, const std::string& name)
    : database_(open_reader(location, Duration{0})),
      verdict_(std::async(std::launch::async | std::launch::deferred, [this, name] {
        return attempt(name, [&] { check_pages(database_, name, Look::indexes); });
      })) {}

/// SQLite forgets an interruption where nothing runs yet.
DamageCheck::~DamageCheck() {
  while (verdict_.valid() && verdict_.wait_for(std::chrono::milliseconds(10)) == std::future_status::timeout) {
    sqlite3_interrupt(database_.getHandle());
  }
}

bool DamageCheck::is_over() const {
  return verdict_.wait_for(std::chrono::seconds(0)) != std::future_status::timeout;
}

}  // namespace tocsin
