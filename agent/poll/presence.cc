#include "agent/poll/presence.h"

#include <algorithm>
#include <map>

#include "agent/base/limits.h"

namespace tocsin {

void drop_unobserved(std::vector<AnswerAt>& answers, const std::vector<AnswerAt>& presence) {
  if (presence.empty() || presence.back().answer.samples.empty()) return;
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
