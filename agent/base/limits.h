// Every bound of the agent in one place: queues, bodies, loops and retries.
#pragma once

#include <cstddef>

#include "agent/base/time.h"

namespace tocsin::limits {

inline constexpr std::size_t kAnswerBytesMax = 32ULL << 20;    // default of [prometheus] body_limit
inline constexpr std::size_t kAnswerBytesPerPartMin = 8;       // of a large answer, whose parts take the memory
inline constexpr long kCompressedReadBytesMax = 4096;          // at once, of an answer that may be compressed
inline constexpr long kReadBytesMax = 64L << 10;               // likewise, of one that is not; curl's own are 16 KiB
inline constexpr std::size_t kSmallBodyBytesMax = 1ULL << 20;  // larger ones come in one after the other
inline constexpr std::size_t kReplyBytesMax = 64ULL << 10;     // what is read of a receiver's reply
inline constexpr std::size_t kReplyHeaderBytesMax = 64ULL << 10;
inline constexpr std::size_t kAnswerDepthMax = 32;  // of nested JSON in an answer of Prometheus, which needs 8
inline constexpr std::size_t kIdleHandlesMax = 32;  // curl handles kept for the next request
inline constexpr long kIdleConnectionsMax = 128;
inline constexpr long kFarewellSecondsMax = 1;                          // for a mail server's answer to QUIT
inline constexpr Duration kConnectionAgeMax = std::chrono::minutes(5);  // changes of DNS and certificates are seen
inline constexpr std::size_t kJoinedBytesMax = 512ULL << 10;            // of the queries joined in one request
inline constexpr std::size_t kSeriesLabelBytesMax = 16ULL << 10;        // names and values of one series
inline constexpr std::size_t kRuleSeriesMax = 200'000;                  // that breach or are not over, of one rule
inline constexpr std::size_t kRuleLabelBytesMax = 16ULL << 20;          // of these series
inline constexpr std::size_t kRangeLabelBytesMax = 16ULL << 20;         // of a range's series, at each of its ticks
inline constexpr Duration kSlowQueryMin{100};  // a query is slow that takes so long, and so many times what is usual
inline constexpr int kSlowQueryFactor = 10;
inline constexpr uint16_t kAnswersUntilForgiven = 240;  // of what failed in company, before it is tried there again
inline constexpr std::size_t kIncidentSeriesMax = 20;   // series listed on an incident (contract 4)
inline constexpr std::size_t kErrorTextBytesMax = 500;  // of a peer's error text kept for people
inline constexpr std::size_t kRangePointsMax = 5000;    // points of one query_range (Prometheus allows 11,000)
inline constexpr std::size_t kRangesRefusedMax = 40;    // of one poll, before it goes on without the ticks it missed
inline constexpr std::size_t kRangeProbesMax = 3;  // of one poll: ranges in a row that fail while its query is answered
inline constexpr std::size_t kRequestBodyBytesMax = 64ULL << 10;       // API request bodies
inline constexpr std::size_t kRequestDiscardedBytesMax = 1ULL << 20;   // read after a reply that ends the connection
inline constexpr std::size_t kRequestHeadBytesMax = 32ULL << 10;       // request line and headers
inline constexpr std::size_t kRequestHeadersMax = 100;                 // each takes much more memory than its bytes
inline constexpr unsigned int kRequestThreads = 4;                     // of the HTTP port
inline constexpr unsigned int kRequestConnectionsMax = 1024;           // of the HTTP port
inline constexpr unsigned int kRequestTlsConnectionsMax = 128;         // a handshake alone can take hundreds of KiB
inline constexpr std::size_t kRequestsBytesMax = 16ULL << 20;          // begun, but not yet sent to their end
inline constexpr std::size_t kIncidentPageBytesMax = 1ULL << 20;       // after that a list goes on in the next page
inline constexpr std::size_t kRequestRepliesBytesMax = 16ULL << 20;    // made, but not yet taken by slow clients
inline constexpr Duration kRequestIdleMax = std::chrono::seconds(10);  // for a head; after it, without a byte
inline constexpr Duration kAcceptPause{10};    // of the HTTP port, where there are too many files or connections
inline constexpr Duration kReadModelAge{250};  // what the HTTP port shows of the engine is kept so long
inline constexpr Duration kPageAgeMax = std::chrono::seconds(2);  // pages that take long to make at most so long
inline constexpr std::size_t kInFlightPerNotifierMax = 8;
inline constexpr std::size_t kInFlightPerWebhookMax = 32;  // a service of one's own, with no limit that is known
inline constexpr std::size_t kCommandsWaitingMax = 256;
inline constexpr Duration kScrapeAgeMax = std::chrono::minutes(2);           // older: Prometheus itself was not there
inline constexpr int64_t kDateMax = 253'402'300'800;                         // of a reply, in seconds: the year 10000
inline constexpr Duration kConsolePatience = std::chrono::milliseconds(20);  // with a reader of stdout that has stopped
inline constexpr Duration kLogPatience = std::chrono::milliseconds(250);  // with one of stderr, once until it goes on
inline constexpr Duration kClockBackMax = std::chrono::seconds(30);
inline constexpr Duration kClockStepMin = std::chrono::seconds(1);  // a clock that jumps by more was set
inline constexpr std::size_t kAskedAnewMax = 2;                     // of one query, each time that a clock is set
inline constexpr std::size_t kClockProbesMax = 3;                   // in a row, while queries are answered
inline constexpr Duration kSleepMin = std::chrono::minutes(1);    // a tick so late: the machine slept; less: it is slow
inline constexpr Duration kGatherMax{250};                        // so long a poll that is due waits for others
inline constexpr int kGatheringsMin = 16;                         // of one interval, where that is less
inline constexpr int kGridSlots = 64;                             // contract 4: slots of one interval
inline constexpr Duration kRetryFirst = std::chrono::seconds(1);  // contract 4: back-off from 1 s to 5 min
inline constexpr Duration kRetryMax = std::chrono::minutes(5);
inline constexpr Duration kRetryAfterMax = std::chrono::hours(1);
inline constexpr Duration kRestAfterHandMin = std::chrono::minutes(5);  // a breach that a person resolved
inline constexpr Duration kCommitRetry = std::chrono::seconds(1);
inline constexpr Duration kAliveInterval = std::chrono::seconds(5);
inline constexpr Duration kDamageCheckInterval = std::chrono::seconds(10);
inline constexpr std::size_t kLooksForLargeDamage = std::chrono::hours(1) / kDamageCheckInterval;
inline constexpr Duration kPruneInterval = std::chrono::minutes(1);
inline constexpr std::size_t kPruneIncidentsMax = 100;
inline constexpr Duration kTurnWaitMax = std::chrono::seconds(1);
inline constexpr Duration kLoopSilenceMax = std::chrono::seconds(60);  // a loop that does not turn ends the process
inline constexpr Duration kEngineReplyMax = std::chrono::seconds(10);  // how long an HTTP request waits for the engine
inline constexpr Duration kShutdownGrace = std::chrono::seconds(5);

}  // namespace tocsin::limits
