#include "agent/cli/service_notify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace tocsin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr Instant kNow{Duration{5000}};

/// The service manager's end of the protocol. `name` as in NOTIFY_SOCKET.
class Manager {
 public:
  explicit Manager(const std::string& name) : name_(name), fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, sizeof address.sun_path - 1);
    if (name.front() == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(bind(fd_, reinterpret_cast<const sockaddr*>(&address), size), 0);
  }
  ~Manager() {
    close(fd_);
    if (name_.front() != '@') std::filesystem::remove(name_);
  }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  const std::string& name() const { return name_; }

  /// What came since the last call, one datagram each. A datagram is there when its sender returns.
  std::vector<std::string> told() {
    std::vector<std::string> all;
    std::array<char, 1024> buffer{};
    for (ssize_t size = 0; (size = recv(fd_, buffer.data(), buffer.size(), 0)) >= 0;) {
      all.emplace_back(buffer.data(), static_cast<std::size_t>(size));
    }
    return all;
  }

 private:
  std::string name_;
  int fd_;
};

std::string path_of_this_process(const char* what) {
  return testing::TempDir() + what + std::to_string(getpid());
}

class ServiceNotifyTest : public testing::Test {
 protected:
  Manager manager_{path_of_this_process("notify")};
  ServiceNotify service_{manager_.name(), Duration{4000}};
};

TEST_F(ServiceNotifyTest, SaysThatTheStartIsOverAndWhatIsWatched) {
  service_.ready();
  service_.status("watching 3 rules");
  EXPECT_THAT(manager_.told(), ElementsAre("READY=1", "STATUS=watching 3 rules"));
}

TEST_F(ServiceNotifyTest, AReloadEndsWithTheTurnInWhichItWasDone) {
  service_.reloading(kNow);
  EXPECT_THAT(manager_.told(), ElementsAre("RELOADING=1\nMONOTONIC_USEC=5001000"));
  service_.turned(kNow);
  EXPECT_THAT(manager_.told(), ElementsAre("READY=1", "WATCHDOG=1"));
  service_.turned(kNow);
  EXPECT_THAT(manager_.told(), IsEmpty());
}

TEST_F(ServiceNotifyTest, FeedsTheWatchdogInEveryHalfOfItsTime) {
  std::vector<Duration> fed;
  const Duration turn = service_.turn_max(Duration{60000});
  for (Instant now = kNow; now <= kNow + Duration{8000}; now += turn) {
    service_.turned(now);
    if (!manager_.told().empty()) fed.push_back(now - kNow);
  }
  ASSERT_THAT(fed, Not(IsEmpty()));
  EXPECT_EQ(fed.front(), Duration{0});
  for (std::size_t i = 1; i < fed.size(); ++i) EXPECT_LE(fed[i] - fed[i - 1], Duration{2000});
  EXPECT_GE(fed.back(), Duration{6000});
}

TEST_F(ServiceNotifyTest, ATurnOfALoopInAHurryDoesNotFeedAnew) {
  for (int i = 0; i < 100; ++i) service_.turned(kNow + Duration{i});
  EXPECT_THAT(manager_.told(), SizeIs(1));
}

TEST_F(ServiceNotifyTest, SaysThatItStops) {
  service_.stopping();
  EXPECT_THAT(manager_.told(), ElementsAre("STOPPING=1"));
}

TEST(ServiceNotify, AnAbstractSocketBeginsWithAnAt) {
  Manager manager("@tocsin-service-notify-test-" + std::to_string(getpid()));
  ServiceNotify(manager.name()).ready();
  EXPECT_THAT(manager.told(), ElementsAre("READY=1"));
}

TEST(ServiceNotify, WithoutAWatchdogThereIsNothingToFeed) {
  Manager manager(path_of_this_process("unwatched"));
  ServiceNotify service(manager.name());
  service.turned(kNow);
  EXPECT_THAT(manager.told(), IsEmpty());
  EXPECT_EQ(service.turn_max(Duration{1000}), Duration{1000});
}

TEST(ServiceNotify, WhereNobodyListensNothingHappens) {
  for (const std::string& name : {std::string(), path_of_this_process("nobody"), std::string(500, 'x')}) {
    ServiceNotify service(name, Duration{4000});
    service.ready();
    service.turned(kNow);
  }
}

/// Variables of the environment for one test.
class ServiceEnvironment : public testing::Test {
 protected:
  ~ServiceEnvironment() override {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) set(name, "");
  }
  // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread runs.
  static void set(const char* name, const std::string& value) { setenv(name, value.c_str(), 1); }

  Manager manager_{path_of_this_process("environment")};
};

TEST_F(ServiceEnvironment, NamesTheSocketAndTheWatchdog) {
  set("NOTIFY_SOCKET", manager_.name());
  set("WATCHDOG_USEC", "2000000");
  set("WATCHDOG_PID", std::to_string(getpid()));
  ServiceNotify service = ServiceNotify::from_environment();
  service.ready();
  service.turned(kNow);
  EXPECT_THAT(manager_.told(), ElementsAre("READY=1", "WATCHDOG=1"));
  EXPECT_EQ(service.turn_max(Duration{1000}), Duration{500});
}

TEST_F(ServiceEnvironment, TheWatchdogOfAnotherProcessIsNotFed) {
  set("NOTIFY_SOCKET", manager_.name());
  set("WATCHDOG_USEC", "2000000");
  set("WATCHDOG_PID", "1");
  ServiceNotify service = ServiceNotify::from_environment();
  service.turned(kNow);
  EXPECT_THAT(manager_.told(), IsEmpty());
}

TEST_F(ServiceEnvironment, AWatchdogTimeThatIsNoNumberIsNone) {
  set("NOTIFY_SOCKET", manager_.name());
  set("WATCHDOG_USEC", "soon");
  ServiceNotify service = ServiceNotify::from_environment();
  service.turned(kNow);
  EXPECT_THAT(manager_.told(), IsEmpty());
}

}  // namespace
}  // namespace tocsin
