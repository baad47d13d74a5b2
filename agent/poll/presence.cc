#include "agent/poll/presence.h"

#include <algorithm>
#include <map>

#include "agent/base/limits.h"

namespace tocsin {

void drop_unobserved(std::vector<AnswerAt>& answers, const std::vector<AnswerAt>& presence) {
  const auto is_empty = [](const AnswerAt& tick) { return tick.answer.samples.empty(); };
  // Nobody says that Prometheus was there: only what it has a sample of was seen. It may have lost what it knew, or
  // not have scraped yet since it started.
  if (std::ranges::all_of(presence, is_empty)) {
    std::erase_if(answers, is_empty);
    return;
  }
  std::map<Timestamp, Timestamp> last_scrape;
  for (const AnswerAt& tick : presence) {
    if (tick.answer.samples.empty()) continue;
    last_scrape[tick.at] = from_unix_ms(static_cast<int64_t>(tick.answer.samples.front().value * 1000));
  }
  std::erase_if(answers, [&](const AnswerAt& tick) {
    const auto seen = last_scrape.find(tick.at);
    return seen == last_scrape.end() || tick.at - seen->second > limits::kScrapeAgeMax;
  });
}

}  // namespace tocsin
