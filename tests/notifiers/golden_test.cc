// What one incident's receivers are sent, from opening to resolution, as golden files.
// TOCSIN_UPDATE_GOLDEN=1 writes them anew.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "notifiers/json.h"
#include "tests/notifiers/samples.h"

namespace tocsin {
namespace {

std::string shown(const HttpRequest& request) {
  return fmt::format("{} {}\nContent-Type: {}\n\n{}\n", request.method, request.settings.url.reveal(),
                     request.content_type, parse_json(request.body).dump(2));
}

std::string shown(const MailRequest& request) {
  std::string text = fmt::format("MAIL FROM:<{}>\nRCPT TO:<{}>\n\n{}", request.from, request.to, request.message);
  std::erase(text, '\r');
  return text;
}

std::string shown(const ConsoleLine& line) {
  return line.text + "\n";
}

/// A life of one incident, each notification with all of its steps.
std::string life(const Notifier& notifier) {
  std::string text;
  Remembered remembered;
  for (const NotificationKind kind :
       {NotificationKind::open, NotificationKind::escalate, NotificationKind::acknowledge, NotificationKind::resolve}) {
    if (!notifier.wants(kind)) {
      continue;
    }
    Notification notification = samples::notification(kind);
    notification.remembered = remembered;
    for (const Outgoing& outgoing : samples::deliver(notifier, notification)) {
      text +=
          fmt::format("==== {}\n", kind_text(kind)) + std::visit([](const auto& one) { return shown(one); }, outgoing);
    }
    remembered = notification.remembered;
  }
  return text;
}

class Golden : public testing::TestWithParam<samples::Subject> {};

INSTANTIATE_TEST_SUITE_P(All, Golden, testing::ValuesIn(samples::all_subjects()), [](const auto& test) {
  std::string name = test.param.name;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST_P(Golden, BodiesOfOneIncidentsLife) {
  const std::filesystem::path path =
      std::filesystem::path(TOCSIN_SOURCE_DIR) / "tests/golden/notifiers" / (GetParam().name + ".txt");
  const std::string actual = life(*GetParam().make());
  if (std::getenv("TOCSIN_UPDATE_GOLDEN") != nullptr) {  // NOLINT(concurrency-mt-unsafe): tests have one thread
    std::ofstream(path, std::ios::binary) << actual;
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream expected;
  expected << file.rdbuf();
  EXPECT_EQ(actual, expected.str()) << "TOCSIN_UPDATE_GOLDEN=1 writes " << path;
}

}  // namespace
}  // namespace tocsin
