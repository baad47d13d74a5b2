// An engine and a store for the HTTP port's tests: they answer what a test puts in and record what they were asked.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "agent/engine/control.h"
#include "agent/store/store_reader.h"

namespace tocsin::test {

/// Any thread, as the interface demands.
class FakeControl final : public Control {
 public:
  Result<void> act(const Action& action) override;
  Result<std::vector<std::string>> reload() override;
  Result<std::shared_ptr<const ReadModel>> read() override;

  // Set before the server starts.
  std::shared_ptr<const ReadModel> model;  // null: the engine does not answer
  std::vector<std::string> faults;
  std::optional<Error> refusal;

  std::atomic<int> reads = 0;
  std::atomic<int> reloads = 0;
  std::vector<Action> actions();

 private:
  std::mutex mutex_;
  std::vector<Action> actions_;
};

class FakeStore final : public StoreReader {
 public:
  Result<IncidentPage> list(const IncidentFilter& filter) override;
  Result<IncidentRecord> get(IncidentId id) override;

  // Set before the server starts.
  std::map<IncidentId, IncidentRecord> records;
  std::optional<Error> fault;
  std::function<void()> before_get = [] {};

  IncidentFilter last_filter();

 private:
  std::mutex mutex_;
  IncidentFilter last_filter_;
};

/// 2026-11-21T10:00:00.000Z and so many milliseconds.
Timestamp time_at(int64_t ms);

std::shared_ptr<Rule> make_rule(std::string name);
std::shared_ptr<ReadModel> idle_model();
/// Several rules and notifiers, all counters above zero, names that need escaping.
std::shared_ptr<ReadModel> busy_model();
IncidentRecord make_record(IncidentId id);

}  // namespace tocsin::test
