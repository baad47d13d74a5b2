// A Prometheus template: the subset of Go's text/template that annotations and label values use.
//
// Supported: text, {{ pipelines }}, parentheses, if/else if/else/end, with comparisons eq ne lt le gt ge and
// and/or/not, variables ($x := ... and =), comments, trim markers ({{- -}}), $labels.x, $externalLabels.x, $value,
// .Labels/.Value/.ExternalLabels, index, len, print/printf/println, and Prometheus's functions humanize, humanize1024,
// humanizeDuration, humanizePercentage, humanizeTimestamp, toUpper, toLower, title, reReplaceAll, match, ...
// `query` and what belongs to it (first, value, ...) is refused when parsed.
// Source: Go text/template; prometheus/prometheus template/template.go.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "agent/base/labels.h"
#include "agent/base/result.h"
#include "agent/base/time.h"

namespace tocsin {

struct TemplateData {
  const Labels& labels;           // $labels
  const Labels& external_labels;  // $externalLabels
  std::string_view external_url;  // $externalURL
  double value = 0;               // $value
};

/// A fault of a template's text: where it is inside the text (1-based line and column) and what is wrong.
struct TemplateFault {
  int line = 1;
  int column = 1;
  std::string text;
};

/// Immutable, cheap to copy, any thread.
class Template {
 public:
  Template();  // renders as ""
  static std::expected<Template, TemplateFault> parse(std::string_view text);

  /// Never fails: an error while rendering shows in place as "<error expanding template: ...>" (contract 3).
  std::string render(const TemplateData& data) const;
  const std::string& source() const;

  friend bool operator==(const Template& a, const Template& b) { return a.source() == b.source(); }

 private:
  struct Program;
  explicit Template(std::shared_ptr<const Program> program);
  std::shared_ptr<const Program> program_;
};

}  // namespace tocsin
