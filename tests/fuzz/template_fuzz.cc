// Any text as a template: a fault with a place in it, or a program that renders.
#include <cmath>
#include <cstdint>
#include <string>

#include "agent/base/assert.h"
#include "rules/template/template.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace tocsin;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto parsed = Template::parse(text);
  if (!parsed) {
    TOCSIN_ASSERT(!parsed.error().text.empty() && parsed.error().line >= 1 && parsed.error().column >= 1);
    return 0;
  }
  const Labels labels{{"service", "checkout"}, {"le", "0.5"}};
  const Labels external{{"cluster", "staging"}};
  for (const double value : {0.0731, -1e21, std::nan("")}) {
    (void)parsed->render({.labels = labels, .external_labels = external, .external_url = "http://x", .value = value});
  }
  return 0;
}
