#include "agent/poll/prom_answer.h"

#include <fmt/format.h>

#include <unordered_map>

#include "agent/base/assert.h"
#include "agent/base/limits.h"
#include "agent/base/size_text.h"
#include "agent/poll/prom_envelope.h"
#include "agent/poll/prom_sample.h"
#include "agent/poll/prom_vector.h"

namespace tocsin {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;

/// With the buffers of the answer before: to free and take megabytes anew costs more than parsing, as the kernel clears
/// them each time. Those of an answer that was unusually large are given back at its end, for it may have opened many
/// incidents, and they need the room.
class KeptParser {
 public:
  KeptParser() = default;
  KeptParser(const KeptParser&) = delete;
  KeptParser& operator=(const KeptParser&) = delete;
  ~KeptParser() {
    constexpr std::size_t kKeptAnswerBytesMax = 256ULL << 10;
    if (parser_.capacity() > kKeptAnswerBytesMax) parser_ = simdjson::dom::parser();
  }

  simdjson::dom::parser& operator*() { return parser_; }

 private:
  static simdjson::dom::parser& of_this_thread() {
    thread_local simdjson::dom::parser parser;
    return parser;
  }

  simdjson::dom::parser& parser_ = of_this_thread();
};

Parsed<Answer> parse_scalar(element result) {
  const auto value = parse_point_value(result);
  if (!value) return unusable(fmt::format("the scalar: {}", value.error()));
  return Answer{.samples = {{.labels = {}, .value = *value}}, .scalar = true};
}

/// The grid that a range was asked on.
class Grid {
 public:
  Grid(Timestamp start, Timestamp end, Duration step) : start_(start), step_(step) {
    TOCSIN_ASSERT(step > Duration::zero() && start <= end);
    size_ = static_cast<std::size_t>((end - start) / step) + 1;
  }

  std::size_t size() const { return size_; }
  Timestamp at(std::size_t index) const { return start_ + static_cast<int64_t>(index) * step_; }

  std::optional<std::size_t> index(Timestamp at) const {
    if (at < start_ || (at - start_) % step_ != Duration::zero()) return std::nullopt;
    const auto index = static_cast<std::size_t>((at - start_) / step_);
    return index < size_ ? std::optional(index) : std::nullopt;
  }

 private:
  Timestamp start_;
  Duration step_;
  std::size_t size_ = 0;
};

/// Collects the series of a matrix into one Answer for each grid point.
class RangeAnswers {
 public:
  explicit RangeAnswers(const Grid& grid) : grid_(grid), answers_(grid.size()) {
    for (std::size_t index = 0; index < grid.size(); ++index) answers_[index].at = grid.at(index);
  }

  Parsed<void> add(element entry) {
    if (auto read = metric_.read(entry); !read) return read;
    const Labels labels(metric_.labels());
    array points;
    element histograms;
    if (entry["histograms"].get(histograms) == simdjson::SUCCESS || entry["values"].get(points) != simdjson::SUCCESS) {
      return unusable_value(labels, entry);
    }
    // Series that differ only by name may follow one another in time, so what counts is each point.
    auto& taken = taken_.try_emplace(labels, grid_.size()).first->second;
    for (const element point : points) {
      if (auto added = add_point(labels, point, taken); !added) return added;
    }
    return {};
  }

  std::vector<AnswerAt> take() { return std::move(answers_); }

 private:
  Parsed<void> add_point(const Labels& labels, element point, std::vector<bool>& taken) {
    const auto sample = parse_point(point);
    if (!sample) return unusable(fmt::format("series {}: {}", labels.text(), sample.error()));
    const auto index = grid_.index(sample->at);
    if (!index) {
      return unusable(fmt::format("series {}: {} was not asked for", labels.text(), format_unix_seconds(sample->at)));
    }
    if (taken[*index]) return unusable_labels(labels);
    taken[*index] = true;
    label_bytes_ += labels.bytes();
    if (label_bytes_ > limits::kRangeLabelBytesMax) {
      return unusable(fmt::format("the labels of the range's series take more than {} over its ticks",
                                  size_text(limits::kRangeLabelBytesMax)));
    }
    answers_[*index].answer.samples.push_back({.labels = labels, .value = sample->value});
    return {};
  }

  Grid grid_;
  MetricReader metric_;
  std::vector<AnswerAt> answers_;
  std::size_t label_bytes_ = 0;
  std::unordered_map<Labels, std::vector<bool>, LabelsHash> taken_;
};

}  // namespace

bool is_success(const Response& response) {
  simdjson::dom::parser parser;
  return open_envelope(parser, response, true).has_value();
}

std::expected<Answer, QueryFault> parse_instant(const Response& response, bool allow_partial, const Needed& needed) {
  KeptParser parser;
  const auto data = open_envelope(*parser, response, allow_partial);
  if (!data) return std::unexpected(data.error());
  if (data->type == "scalar") return parse_scalar(data->result);
  if (data->type != "vector") {
    return unusable(fmt::format("the answer is a {}; a rule's query must give a vector or a scalar", data->type));
  }
  auto answers = parse_vector(data->result, {.count = 1}, needed);
  if (!answers) return std::unexpected(answers.error());
  return std::move(answers->front());
}

std::expected<std::vector<std::expected<Answer, QueryFault>>, QueryFault> parse_joined(const Response& response,
                                                                                       bool allow_partial,
                                                                                       std::size_t members,
                                                                                       const Needed& needed) {
  KeptParser parser;
  const auto data = open_envelope(*parser, response, allow_partial);
  if (!data) return std::unexpected(data.error());
  if (data->type != "vector") return unusable("the answer is no vector");
  return parse_vector(data->result, {.count = members, .joined = true}, needed);
}

std::expected<std::vector<AnswerAt>, QueryFault> parse_range(const Response& response, bool allow_partial,
                                                             Timestamp start, Timestamp end, Duration step) {
  KeptParser parser;
  const auto data = open_envelope(*parser, response, allow_partial);
  if (!data) return std::unexpected(data.error());
  array series;
  if (data->type != "matrix" || data->result.get(series) != simdjson::SUCCESS) {
    return unusable(fmt::format("the answer to a range query is a {} and no matrix", data->type));
  }
  RangeAnswers answers(Grid(start, end, step));
  for (const element entry : series) {
    if (auto added = answers.add(entry); !added) return std::unexpected(added.error());
  }
  return answers.take();
}

}  // namespace tocsin
