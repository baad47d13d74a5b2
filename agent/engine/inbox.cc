#include "agent/engine/inbox.h"

#include <utility>

#include "agent/base/limits.h"

namespace tocsin {

template <class Command>
auto Inbox::enqueue(Command command) -> decltype(command.reply.get_future()) {
  auto reply = command.reply.get_future();
  {
    const std::lock_guard lock(mutex_);
    if (const std::string reason = why_not(); !reason.empty()) {
      command.reply.set_value(fail(reason, ErrorCode::unavailable));
      return reply;
    }
    commands_.emplace_back(std::move(command));
  }
  transport_.wake();
  return reply;
}

/// REQUIRES: mutex_ is held. Empty: a command can be taken.
std::string Inbox::why_not() const {
  if (closed_) return "tocsin is stopping";
  const bool full = commands_.size() >= limits::kCommandsWaitingMax;
  return full ? "the engine has too many requests waiting; try again" : "";
}

template <class Reply>
Reply Inbox::await(std::future<Reply> reply) const {
  if (reply.wait_for(deadline_) != std::future_status::ready) {
    return fail("the engine did not answer in time", ErrorCode::unavailable);
  }
  return reply.get();
}

std::future<Result<void>> Inbox::put(const Action& action) {
  return enqueue(ActCommand{.action = action, .reply = {}});
}

std::future<Result<std::vector<std::string>>> Inbox::put_reload() {
  return enqueue(ReloadCommand{});
}

Result<void> Inbox::act(const Action& action) {
  return await(put(action));
}

Result<std::vector<std::string>> Inbox::reload() {
  return await(put_reload());
}

Result<std::shared_ptr<const ReadModel>> Inbox::read() {
  return await(enqueue(ReadCommand{}));
}

std::vector<EngineCommand> Inbox::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(commands_, {});
}

void Inbox::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (EngineCommand& command : commands_) {
    std::visit([](auto& one) { one.reply.set_value(fail("tocsin is stopping", ErrorCode::unavailable)); }, command);
  }
  commands_.clear();
}

}  // namespace tocsin
