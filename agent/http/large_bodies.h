// LargeBodies: large bodies come in one after the other, so that they do not stand in memory together.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>

#include "agent/http/transport.h"

namespace tocsin {

/// Who may have a body of more than limits::kSmallBodyBytesMax. The others wait, in the order in which they grew so
/// far. Engine thread only.
class LargeBodies {
 public:
  using Turn = std::shared_ptr<const void>;

  /// The turn, which is over once no copy of it is left; null: it is another's, and `id` waits for it.
  Turn take(RequestId id) {
    const bool waits = std::ranges::find(waiting_, id) != waiting_.end();
    if (!turn_.expired() || (!waiting_.empty() && waiting_.front() != id)) {
      if (!waits) waiting_.push_back(id);
      return nullptr;
    }
    leave(id);
    const Turn turn = std::make_shared<char>();
    turn_ = turn;
    return turn;
  }

  void leave(RequestId id) { std::erase(waiting_, id); }

  /// Who can take it now, of those that wait.
  std::optional<RequestId> next() const {
    return waiting_.empty() || !turn_.expired() ? std::nullopt : std::optional(waiting_.front());
  }

 private:
  std::weak_ptr<const void> turn_;
  std::deque<RequestId> waiting_;
};

}  // namespace tocsin
