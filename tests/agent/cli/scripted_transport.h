// ScriptedTransport: answers every request at once by a function, and keeps what was asked.
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/http/transport.h"

namespace tocsin::test {

class ScriptedTransport final : public Transport {
 public:
  /// nullopt: never answers.
  using Script = std::function<std::optional<Response>(const Outgoing&)>;
  explicit ScriptedTransport(Script script) : script_(std::move(script)) {}

  void start(RequestId id, Outgoing outgoing) override {
    if (auto response = script_(outgoing)) completed_.push_back({id, std::move(*response)});
    asked.push_back(std::move(outgoing));
    most_under_way = std::max(most_under_way, ++under_way_);
  }
  void cancel(RequestId id) override { canceled.push_back(id); }
  std::vector<Completed> wait(Duration timeout) override {
    waited += timeout;
    under_way_ -= completed_.size();
    return std::exchange(completed_, {});
  }
  void wake() override {}

  std::vector<Outgoing> asked;
  std::vector<RequestId> canceled;
  std::size_t most_under_way = 0;
  Duration waited{0};

 private:
  Script script_;
  std::vector<Completed> completed_;
  std::size_t under_way_ = 0;
};

inline Response answer(int status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  response.sent = true;
  return response;
}

inline Response broken(TransportFault fault, std::string text) {
  Response response;
  response.fault = fault;
  response.fault_text = std::move(text);
  return response;
}

}  // namespace tocsin::test
