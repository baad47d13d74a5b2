#include "agent/engine/inbox.h"

#include <utility>

#include "agent/base/limits.h"

namespace tocsin {

template <class Kind, class Reply>
Reply Inbox::ask(Kind command) {
  std::future<Reply> reply = command.reply.get_future();
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return fail("tocsin is stopping", ErrorCode::unavailable);
    if (commands_.size() >= limits::kCommandsWaitingMax) {
      return fail("the engine has too many requests waiting; try again", ErrorCode::unavailable);
    }
    commands_.emplace_back(std::move(command));
  }
  transport_.wake();
  if (reply.wait_for(deadline_) != std::future_status::ready) {
    return fail("the engine did not answer in time", ErrorCode::unavailable);
  }
  return reply.get();
}

Result<void> Inbox::act(const Action& action) {
  return ask<ActCommand, Result<void>>({.action = action, .reply = {}});
}

Result<std::vector<std::string>> Inbox::reload() {
  return ask<ReloadCommand, Result<std::vector<std::string>>>({});
}

Result<std::shared_ptr<const ReadModel>> Inbox::read() {
  return ask<ReadCommand, Result<std::shared_ptr<const ReadModel>>>({});
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
