// Inbox: the door through which other threads reach the engine: each call is put in a queue, and waits for its reply.
#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "agent/engine/control.h"
#include "agent/http/transport.h"

namespace tocsin {

struct ActCommand {
  Action action;
  std::promise<Result<void>> reply;
};
struct ReloadCommand {
  std::promise<Result<std::vector<std::string>>> reply;
};
struct ReadCommand {
  std::promise<Result<std::shared_ptr<const ReadModel>>> reply;
};
using EngineCommand = std::variant<ActCommand, ReloadCommand, ReadCommand>;

/// Any thread, except take(), which is the engine's.
class Inbox final : public Control {
 public:
  /// `deadline`: how long a caller waits for the engine.
  Inbox(Transport& transport, std::chrono::milliseconds deadline) : transport_(transport), deadline_(deadline) {}

  Result<void> act(const Action& action) override;
  Result<std::vector<std::string>> reload() override;
  Result<std::shared_ptr<const ReadModel>> read() override;

  /// As act() and reload(), for a caller that has better to do than to wait. The future breaks where the engine dies.
  std::future<Result<void>> put(const Action& action);
  std::future<Result<std::vector<std::string>>> put_reload();

  std::vector<EngineCommand> take();
  /// The engine takes no more: whoever waits is told so, and so is everybody who comes later.
  void close();

 private:
  template <class Command>
  auto enqueue(Command command) -> decltype(command.reply.get_future());
  template <class Reply>
  Reply await(std::future<Reply> reply) const;
  std::string why_not() const;

  Transport& transport_;
  std::chrono::milliseconds deadline_;
  std::mutex mutex_;
  std::vector<EngineCommand> commands_;  // guarded by mutex_
  bool closed_ = false;                  // guarded by mutex_
};

}  // namespace tocsin
