#include "agent/cli/signals.h"

#include <pthread.h>
#include <signal.h>

#include <utility>

namespace tocsin {
namespace {

constexpr int kEndOfThread = SIGUSR1;  // wakes the thread from sigwait when the object goes

sigset_t handled_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, kEndOfThread}) sigaddset(&set, signal);
  return set;
}

}  // namespace

void hold_signals() {
  const sigset_t set = handled_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // A receiver that closes its connection must not end the agent.
  ::signal(SIGPIPE, SIG_IGN);  // NOLINT(concurrency-mt-unsafe): before any other thread
  // A file at its size limit (setrlimit) is an error of the store like a full disk.
  ::signal(SIGXFSZ, SIG_IGN);  // NOLINT(concurrency-mt-unsafe): likewise
}

SignalThread::SignalThread(std::function<void()> stop, std::function<void()> reload)
    : thread_([stop = std::move(stop), reload = std::move(reload)] {
        const sigset_t set = handled_signals();
        for (int signal = 0; sigwait(&set, &signal) == 0 && signal != kEndOfThread;) {
          signal == SIGHUP ? reload() : stop();
        }
      }) {}

SignalThread::~SignalThread() {
  pthread_kill(thread_.native_handle(), kEndOfThread);
}

}  // namespace tocsin
