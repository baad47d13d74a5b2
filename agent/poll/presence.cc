#include "agent/poll/presence.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>

#include "agent/base/limits.h"

namespace tocsin {

namespace {

bool is_empty(const AnswerAt& tick) {
  return tick.answer.samples.empty();
}

Timestamp scraped_at(const Sample& sample) {
  return from_unix_ms(static_cast<int64_t>(sample.value * 1000));
}

/// A server that answers something else to each query has other labels, or values that are no time of a sample that
/// Prometheus would still look back to.
bool is_presence(const AnswerAt& tick) {
  constexpr Duration kLookbackMax = std::chrono::hours(24);
  if (is_empty(tick)) return true;
  const Sample& sample = tick.answer.samples.front();
  const bool is_time = std::abs(sample.value) < 1e11;  // in seconds; also not NaN
  return tick.answer.samples.size() == 1 && sample.labels.empty() && is_time &&
         std::chrono::abs(tick.at - scraped_at(sample)) < kLookbackMax;
}

/// Nobody says whether Prometheus was there. It may have lost what it knew, or not have scraped yet since it started:
/// then it has nothing of the rule either. From the first sample on it is taken at its word.
void drop_before_first_sample(std::vector<AnswerAt>& answers) {
  answers.erase(answers.begin(), std::ranges::find_if_not(answers, is_empty));
}

}  // namespace

void drop_unobserved(std::vector<AnswerAt>& answers, const std::vector<AnswerAt>& presence) {
  if (std::ranges::all_of(presence, is_empty) || !std::ranges::all_of(presence, is_presence)) {
    drop_before_first_sample(answers);
    return;
  }
  std::map<Timestamp, Timestamp> last_scrape;
  for (const AnswerAt& tick : presence) {
    if (!is_empty(tick)) last_scrape[tick.at] = scraped_at(tick.answer.samples.front());
  }
  std::erase_if(answers, [&](const AnswerAt& tick) {
    const auto seen = last_scrape.find(tick.at);
    return seen == last_scrape.end() || tick.at - seen->second > limits::kScrapeAgeMax;
  });
}

}  // namespace tocsin
