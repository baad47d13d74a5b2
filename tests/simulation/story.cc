#include "tests/simulation/story.h"

#include <fmt/format.h>

#include <cmath>

#include "tests/simulation/chance.h"

namespace tocsin::sim {

std::vector<Labels> Story::series(const std::string& query) const {
  std::vector<Labels> all;
  if (!query.starts_with('q')) return all;  // nothing that is asked about tocsin's own label
  const uint64_t count = 1 + below(3, seed_, query + " series");
  all.reserve(count);
  for (uint64_t index = 0; index < count; ++index) {
    all.push_back({{"service", index < 2 ? "shop" : "mail"}, {"pod", fmt::format("p{}", index)}});
  }
  return all;
}

std::optional<double> Story::value(const std::string& query, const Labels& labels, Timestamp at) const {
  const std::string name = query + labels.text();
  // Time is cut into stretches of one length for each series; each stretch has its own mood.
  const int64_t stretch_ms = 20'000 + static_cast<int64_t>(below(400'000, seed_, name + " stretch"));
  const auto stretch = static_cast<uint64_t>(to_unix_ms(at) / stretch_ms);
  switch (below(12, seed_, name, stretch)) {
    case 0:
    case 1:
      return kBreach;
    case 2:
      return kSevere;
    case 3:
      return kBetween;
    case 4:
      return std::nan("");
    case 5:
      return std::nullopt;
    default:
      return kGood;
  }
}

}  // namespace tocsin::sim
