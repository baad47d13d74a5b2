// bare_loop URL RULES INTERVAL_MS [parse]: the floor under the cost of an evaluator. Sends the requests of so many
// rules at the pace of tocsin's grid (64 slots in an interval, 8 requests at once) by a plain libcurl multi loop and
// throws every answer away; with `parse`, once it is parsed (simdjson's DOM). Runs until it is ended.
#include <curl/curl.h>
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kSlots = 64;
constexpr long kConcurrent = 8;

std::size_t keep(const char* data, std::size_t size, std::size_t count, void* body) {
  static_cast<std::string*>(body)->append(data, size * count);
  return size * count;
}

struct EasyCleanup {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using Easy = std::unique_ptr<CURL, EasyCleanup>;

std::string encoded_query(int rule) {
  const std::string query = "bench_load{rule=\"" + std::to_string(rule) + "\"}";
  const std::unique_ptr<char, decltype(&curl_free)> encoded(
      curl_easy_escape(nullptr, query.c_str(), static_cast<int>(query.size())), curl_free);
  return "query=" + std::string(encoded.get()) + "&time=";
}

class Loop {
 public:
  Loop(const std::string& url, int rules, std::chrono::milliseconds interval, bool parses)
      : slots_(kSlots), slot_length_(interval / kSlots), parses_(parses), bodies_(kConcurrent) {
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kConcurrent);
    for (int rule = 0; rule < rules; ++rule)
      slots_[static_cast<std::size_t>(rule % kSlots)].push_back(encoded_query(rule));
    for (std::string& body : bodies_) idle_.push_back(make_easy(url, body));
  }

  [[noreturn]] void run() {
    Clock::time_point next = Clock::now();
    for (std::size_t slot = 0;; slot = (slot + 1) % kSlots) {
      for (const std::string& query : slots_[slot]) waiting_.push_back(&query);
      next += slot_length_;
      work_until(next);
    }
  }

 private:
  static Easy make_easy(const std::string& url, std::string& body) {
    Easy easy(curl_easy_init());
    curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_BUFFERSIZE, 64L << 10);  // as tocsin's
    curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &body);
    curl_easy_setopt(easy.get(), CURLOPT_PRIVATE, &body);
    curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
    return easy;
  }

  void work_until(Clock::time_point end) {
    while (Clock::now() < end) {
      start_waiting();
      int running = 0;
      curl_multi_perform(multi_, &running);
      collect();
      if (!waiting_.empty() && !idle_.empty()) continue;
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
      if (left.count() > 0) curl_multi_poll(multi_, nullptr, 0, static_cast<int>(left.count()), nullptr);
    }
  }

  void start_waiting() {
    while (!waiting_.empty() && !idle_.empty()) {
      const std::string body = *waiting_.front() + std::to_string(std::chrono::system_clock::now().time_since_epoch() /
                                                                  std::chrono::seconds(1));
      waiting_.pop_front();
      curl_easy_setopt(idle_.back().get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
      curl_easy_setopt(idle_.back().get(), CURLOPT_COPYPOSTFIELDS, body.c_str());
      curl_multi_add_handle(multi_, idle_.back().get());
      busy_.push_back(std::move(idle_.back()));
      idle_.pop_back();
    }
  }

  void collect() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      CURL* done = message->easy_handle;
      if (message->data.result != CURLE_OK) throw std::runtime_error(curl_easy_strerror(message->data.result));
      curl_multi_remove_handle(multi_, done);
      take_body_of(done);
      const auto found =
          std::find_if(busy_.begin(), busy_.end(), [done](const Easy& easy) { return easy.get() == done; });
      idle_.push_back(std::move(*found));
      busy_.erase(found);
    }
  }

  void take_body_of(CURL* done) {
    std::string* body = nullptr;
    curl_easy_getinfo(done, CURLINFO_PRIVATE, &body);
    body->reserve(body->size() + simdjson::SIMDJSON_PADDING);  // or the parser would copy it
    const auto error = parses_ ? parser_.parse(*body).error() : simdjson::SUCCESS;
    if (error) throw std::runtime_error(simdjson::error_message(error));
    body->clear();
  }

  std::vector<std::vector<std::string>> slots_;
  std::chrono::milliseconds slot_length_;
  bool parses_;
  std::vector<std::string> bodies_;  // of one handle each
  simdjson::dom::parser parser_;
  CURLM* multi_ = curl_multi_init();
  std::vector<Easy> idle_;
  std::vector<Easy> busy_;
  std::deque<const std::string*> waiting_;
};

}  // namespace

int main(int argc, char** argv) {
  const bool parses = argc == 5 && std::string(argv[4]) == "parse";
  if (argc != 4 && !parses) {
    std::fprintf(stderr, "usage: bare_loop URL RULES INTERVAL_MS [parse]\n");
    return 64;
  }
  Loop(argv[1], std::atoi(argv[2]), std::chrono::milliseconds(std::atoi(argv[3])), parses).run();
}
