#include "agent/poll/prom_vector.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "agent/poll/joined_query.h"
#include "agent/poll/prom_envelope.h"
#include "agent/poll/prom_sample.h"
#include "agent/poll/seen_hashes.h"

namespace tocsin {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;

/// The value of a series whose labels are read already.
Parsed<double> read_value(element entry, const MetricReader& metric) {
  element point;
  if (field(entry, "value").get(point) != simdjson::SUCCESS) return unusable_value(Labels(metric.labels()), entry);
  const auto value = parse_point_value(point);
  if (!value) return unusable(fmt::format("series {}: {}", Labels(metric.labels()).text(), value.error()));
  return *value;
}

/// For more, memory is taken only once they turn out to be series.
constexpr std::size_t kSeriesUsual = 4096;

/// Takes one series after the other.
class VectorReader {
 public:
  VectorReader(std::size_t series, Members members, const Needed& needed)
      : members_(members),
        needed_(needed),
        metric_(members.joined ? kMemberLabel : ""),
        seen_(std::min(series, kSeriesUsual)),
        answers_(members.count) {}

  Parsed<void> add(element entry) {
    if (auto read = metric_.read(entry); !read) return read;
    if (is_mark()) {
      marked_ = true;
      return {};
    }
    const auto member = this->member();
    if (!member) return unusable("the answer to joined queries has a series that belongs to none of them");
    Parsed<Answer>& answer = answers_[*member];
    if (!answer) return {};
    const auto value = read_value(entry, metric_);
    if (value) {
      add(*answer, *member, *value);
    } else {
      answer = std::unexpected(value.error());
    }
    return {};
  }

  /// Some series of one member may have the same labels; otherwise none have.
  bool may_repeat() const { return may_repeat_; }
  bool marked() const { return marked_; }
  std::vector<Parsed<Answer>> take() { return std::move(answers_); }

 private:
  bool is_mark() const { return members_.joined && metric_.apart() == kAnsweredMember; }

  std::optional<std::size_t> member() const {
    if (!members_.joined) return 0;
    const auto member = member_of(metric_.apart());
    return member && *member < members_.count ? member : std::nullopt;
  }

  void add(Answer& answer, std::size_t member, double value) {
    constexpr std::size_t kSpread = 0x9e3779b97f4a7c15;  // the same labels in another answer are no repetition
    const LabelPairs labels = metric_.labels();
    if (!seen_.insert(labels.hash + member * kSpread)) may_repeat_ = true;
    if (!needed_ || needed_(member, labels, value)) {
      answer.samples.push_back({.labels = Labels(labels), .value = value});
    } else {
      answer.left_out = true;
    }
  }

  Members members_;
  const Needed& needed_;
  MetricReader metric_;
  SeenHashes seen_;
  bool may_repeat_ = false;
  bool marked_ = false;
  std::vector<Parsed<Answer>> answers_;
};

/// Labels that two samples have; nullptr where all differ.
const Labels* find_duplicate(const std::vector<Sample>& samples) {
  std::vector<const Labels*> sorted;
  sorted.reserve(samples.size());
  for (const Sample& sample : samples) sorted.push_back(&sample.labels);
  const auto dereferenced = [](const Labels* labels) -> const Labels& { return *labels; };
  std::ranges::sort(sorted, {}, dereferenced);
  const auto same = std::ranges::adjacent_find(sorted, {}, dereferenced);
  return same == sorted.end() ? nullptr : *same;
}

void refuse_duplicates(std::vector<Parsed<Answer>>& answers) {
  for (Parsed<Answer>& answer : answers) {
    const Labels* twice = answer ? find_duplicate(answer->samples) : nullptr;
    if (twice != nullptr) answer = unusable_labels(*twice);
  }
}

}  // namespace

Parsed<std::vector<Parsed<Answer>>> parse_vector(element result, Members members, const Needed& needed) {
  array series;
  if (result.get(series) != simdjson::SUCCESS) return unusable("the result of a vector is not an array");
  VectorReader reader(series.size(), members, needed);
  for (const element entry : series) {
    if (auto added = reader.add(entry); !added) return std::unexpected(added.error());
  }
  if (members.joined && !reader.marked())
    return unusable(
        fmt::format("the answer is not one to joined queries, or stored series have the label {}", kMemberLabel));
  // Only what keeps all labels can tell the same ones from a chance of the hash.
  if (reader.may_repeat() && needed) return parse_vector(result, members, nullptr);
  auto answers = reader.take();
  if (reader.may_repeat()) refuse_duplicates(answers);
  return answers;
}

}  // namespace tocsin
