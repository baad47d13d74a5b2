#include "agent/http/curl_transport.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "agent/base/assert.h"
#include "agent/http/console.h"
#include "agent/http/http_exchange.h"
#include "agent/http/mail_exchange.h"

namespace tocsin {
namespace {

CURLM* make_multi() {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  TOCSIN_ASSERT(ready == CURLE_OK);
  CURLM* multi = curl_multi_init();
  TOCSIN_ASSERT(multi != nullptr);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, limits::kIdleConnectionsMax);
  return multi;
}

Response setup_fault(const std::string& text) {
  Response response;
  response.fault = TransportFault::setup;
  response.fault_text = text;
  return response;
}

}  // namespace

CurlTransport::CurlTransport(std::string user_agent, int console_fd)
    : user_agent_(std::move(user_agent)), console_fd_(console_fd), multi_(make_multi()) {}

CurlTransport::~CurlTransport() {
  for (const auto& [id, exchange] : exchanges_) curl_multi_remove_handle(multi_.get(), exchange->handle());
  mail_sockets_.shut_down();
}

void CurlTransport::start(RequestId id, Outgoing outgoing) {
  TOCSIN_ASSERT(!exchanges_.contains(id));
  std::visit([&](auto&& request) { begin(id, std::forward<decltype(request)>(request)); }, std::move(outgoing));
}

void CurlTransport::begin(RequestId id, HttpRequest request) {
  if (auto renewed = renew(id, request)) return begin(id, std::move(renewed));
  begin(id, HttpExchange::make(id, take_handle(), std::move(request), user_agent_, large_bodies_));
}

void CurlTransport::begin(RequestId id, MailRequest request) {
  CurlEasy easy = take_handle();
  mail_sockets_.watch(easy);
  begin(id, MailExchange::make(id, std::move(easy), std::move(request)));
}

void CurlTransport::begin(RequestId id, const ConsoleLine& line) {
  completed_.push_back({.id = id, .response = write_console(console_fd_, line)});
}

void CurlTransport::begin(RequestId id, Result<std::unique_ptr<Exchange>> exchange) {
  if (!exchange) {
    completed_.push_back({.id = id, .response = setup_fault(exchange.error().text)});
    return;
  }
  const CURLMcode added = curl_multi_add_handle(multi_.get(), (*exchange)->handle());
  if (added != CURLM_OK) {
    completed_.push_back({.id = id, .response = setup_fault(curl_multi_strerror(added))});
    return;
  }
  exchanges_.emplace(id, std::move(*exchange));
}

/// Most requests differ from one before only by their bodies. To set up each anew took a seventh of a poll's time.
std::unique_ptr<Exchange> CurlTransport::renew(RequestId id, HttpRequest& request) {
  const auto found =
      std::ranges::find_if(idle_, [&](const std::unique_ptr<Exchange>& idle) { return idle->renew(id, request); });
  if (found == idle_.end()) return nullptr;
  std::unique_ptr<Exchange> renewed = std::move(*found);
  idle_.erase(found);
  return renewed;
}

/// Of the exchange that has been idle longest.
CurlEasy CurlTransport::take_handle() {
  if (idle_.empty()) return {};
  CurlEasy easy = idle_.front()->release();
  idle_.erase(idle_.begin());
  return easy;
}

void CurlTransport::drop(std::unique_ptr<Exchange> exchange) {
  large_bodies_.leave(exchange->id());
  curl_multi_remove_handle(multi_.get(), exchange->handle());
  if (idle_.size() == limits::kIdleHandlesMax) idle_.erase(idle_.begin());
  idle_.push_back(std::move(exchange));
}

void CurlTransport::cancel(RequestId id) {
  std::erase_if(completed_, [id](const Completed& completed) { return completed.id == id; });
  auto found = exchanges_.extract(id);
  if (!found) return;
  // An idle exchange holds no body that it was sent, and no turn.
  static_cast<void>(found.mapped()->finish(CURLE_ABORTED_BY_CALLBACK));
  drop(std::move(found.mapped()));
}

/// The next large body comes in once the one before has gone. What curl has kept of it is written at once, and that may
/// fail.
void CurlTransport::resume() {
  const auto next = large_bodies_.next();
  if (!next) return;
  const CURLcode code = curl_easy_pause(exchanges_.at(*next)->handle(), CURLPAUSE_CONT);
  if (code != CURLE_OK) end(*next, code);
}

void CurlTransport::end(RequestId id, CURLcode code) {
  auto exchange = std::move(exchanges_.extract(id).mapped());
  completed_.push_back({.id = id, .response = exchange->finish(code)});
  drop(std::move(exchange));
}

void CurlTransport::collect() {
  resume();
  int running = 0;
  const CURLMcode performed = curl_multi_perform(multi_.get(), &running);
  TOCSIN_ASSERT(performed == CURLM_OK);
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    Exchange* exchange = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
    end(exchange->id(), message->data.result);
  }
}

std::vector<Completed> CurlTransport::wait(Duration timeout) {
  using std::chrono::steady_clock;
  const auto deadline = steady_clock::now() + std::clamp<Duration>(timeout, 0ms, 1h);
  while (true) {
    collect();
    if (!completed_.empty() || woken_.exchange(false)) break;
    const auto left = std::chrono::ceil<Duration>(deadline - steady_clock::now());
    if (left <= 0ms) break;
    const CURLMcode polled = curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(left.count()), nullptr);
    TOCSIN_ASSERT(polled == CURLM_OK);
  }
  return std::exchange(completed_, {});
}

void CurlTransport::wake() {
  woken_.store(true);
  curl_multi_wakeup(multi_.get());
}

}  // namespace tocsin
