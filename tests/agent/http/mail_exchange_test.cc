#include "agent/http/mail_exchange.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/agent/http/transport_fixture.h"
#include "tests/support/child_process.h"
#include "tests/support/http_server.h"

namespace tocsin {
namespace {

using test::certificate;
using test::ChildProcess;
using test::support_file;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(MailText, LineEndsBecomeCrlf) {
  EXPECT_EQ(with_crlf("a\nb\r\nc\rd"), "a\r\nb\r\nc\r\nd");
  EXPECT_EQ(with_crlf("\n\n"), "\r\n\r\n");
  EXPECT_EQ(with_crlf("\r\r\n"), "\r\n\r\n");
  EXPECT_EQ(with_crlf(""), "");
}

/// A real mail server as a child process.
class MailServer {
 public:
  explicit MailServer(const std::vector<std::string>& options = {}) : process_(command(options)) {
    port_ = process_.read_line();
  }

  static std::vector<std::string> with_tls(std::vector<std::string> options = {}, const std::string& name = "good") {
    options.insert(options.begin(), {"--tls", certificate(name + ".crt"), certificate(name + ".key")});
    return options;
  }

  std::string peer() const { return "localhost:" + port_; }
  nlohmann::json message() { return nlohmann::json::parse(process_.read_line()); }

  MailRequest request(StartTls starttls = StartTls::off, const std::string& scheme = "smtp") const {
    MailRequest request;
    request.smtp_url = scheme + "://" + peer();
    request.starttls = starttls;
    request.tls.ca_file = certificate("ca.crt");
    request.ehlo_name = "agent.example.org";
    request.from = "tocsin@example.org";
    request.to = "team@example.org";
    request.message = "Subject: test\r\n\r\nhello\r\n";
    return request;
  }

 private:
  static std::vector<std::string> command(const std::vector<std::string>& options) {
    std::vector<std::string> argv{"/usr/bin/python3", support_file("smtp_server.py")};
    argv.insert(argv.end(), options.begin(), options.end());
    return argv;
  }

  ChildProcess process_;
  std::string port_;
};

class Mail : public test::TransportTest {
 protected:
  Response with_login(const MailServer& server, StartTls starttls, const std::string& password,
                      const std::string& scheme = "smtp") {
    MailRequest request = server.request(starttls, scheme);
    request.username = "tocsin";
    request.password = Secret(password);
    return exchange(request);
  }
};

TEST_F(Mail, EnvelopeAndMessageArrive) {
  MailServer server;
  const Response response = exchange(server.request());
  EXPECT_TRUE(response.ok()) << response.fault_text;
  EXPECT_EQ(response.status, 250);
  EXPECT_EQ(response.body, "250 2.0.0 queued");
  EXPECT_TRUE(response.sent);
  const auto message = server.message();
  EXPECT_EQ(message.at("ehlo"), "agent.example.org");
  EXPECT_EQ(message.at("from"), "tocsin@example.org");
  EXPECT_EQ(message.at("to"), nlohmann::json::array({"team@example.org"}));
  EXPECT_EQ(message.at("data"), "Subject: test\r\n\r\nhello\r\n");
}

TEST_F(Mail, NoLineOfTheMessageCanEndIt) {
  MailServer server;
  MailRequest request = server.request();
  request.message = "Subject: test\n\n.\n..\nMAIL FROM:<x>\r.\r\n.\r\nend";
  EXPECT_TRUE(exchange(request).ok());
  EXPECT_EQ(server.message().at("data"), "Subject: test\r\n\r\n.\r\n..\r\nMAIL FROM:<x>\r\n.\r\n.\r\nend\r\n");
}

TEST_F(Mail, LargeMessageArrivesWhole) {
  MailServer server;
  MailRequest request = server.request();
  request.message = "Subject: test\r\n\r\n";
  for (int line = 0; line < 20'000; ++line) request.message += ".line\r\n";
  EXPECT_TRUE(exchange(request).ok());
  EXPECT_EQ(server.message().at("data"), request.message);
}

TEST_F(Mail, ConnectionIsReused) {
  MailServer server;
  ASSERT_TRUE(exchange(server.request()).ok());
  ASSERT_TRUE(exchange(server.request()).ok());
  EXPECT_EQ(server.message().at("peer"), server.message().at("peer"));
}

TEST_F(Mail, ConnectionInClearTextIsNotReusedWhereTlsIsRequired) {
  MailServer server;
  ASSERT_TRUE(exchange(server.request(StartTls::off)).ok());
  const Response response = exchange(server.request(StartTls::required));
  EXPECT_EQ(response.fault, TransportFault::tls);
  EXPECT_FALSE(response.sent);
}

TEST_F(Mail, ConnectionWithAnUnverifiedCertificateIsNotReusedWhereItHasToBeVerified) {
  for (const std::string scheme : {"smtp", "smtps"}) {
    MailServer server(scheme == "smtp" ? MailServer::with_tls({}, "named")
                                       : MailServer::with_tls({"--smtps"}, "named"));
    const MailRequest strict = server.request(StartTls::required, scheme);
    MailRequest lax = strict;
    lax.tls.insecure_skip_verify = true;
    ASSERT_TRUE(exchange(lax).ok());
    const Response response = exchange(strict);
    EXPECT_EQ(response.fault, TransportFault::tls) << scheme;
    EXPECT_FALSE(response.sent);
  }
}

TEST_F(Mail, ConnectionOfAnotherAuthorityIsNotReused) {
  MailServer server(MailServer::with_tls());
  MailRequest other = server.request(StartTls::required);
  ASSERT_TRUE(exchange(other).ok());
  other.tls.ca_file = certificate("other-ca.crt");
  EXPECT_FALSE(exchange(other).ok());
}

TEST_F(Mail, WhatAKeptConnectionIsComparedByIsSentNowhere) {
  MailServer open({"--tokens"});
  ASSERT_TRUE(exchange(open.request()).ok());
  EXPECT_THAT(open.message().at("said").get<std::string>(), StartsWith("EHLO agent.example.org\r\nMAIL FROM:"));

  MailServer server(MailServer::with_tls({"--tokens", "--login", "tocsin:s3cret"}));
  ASSERT_TRUE(with_login(server, StartTls::required, "s3cret").ok());
  // base64 of NUL tocsin NUL s3cret
  EXPECT_THAT(server.message().at("said").get<std::string>(),
              HasSubstr("EHLO agent.example.org\r\nAUTH PLAIN\r\nAHRvY3NpbgBzM2NyZXQ=\r\nMAIL FROM:"));
}

TEST_F(Mail, WhatAKeptConnectionIsComparedByIsNotToldToAProxy) {
  test::HttpServer proxy([](const test::Seen&) { return test::reply_with(403, "no"); });
  MailRequest request;
  request.smtp_url = "smtp://mail.example.org:25";
  request.tls.ca_file = certificate("ca.crt");
  request.to = "team@example.org";
  request.proxy_url = Secret(proxy.url());
  exchange(request);
  const std::string head = proxy.seen().at(0).head;
  EXPECT_THAT(head, StartsWith("CONNECT mail.example.org:25 "));
  EXPECT_THAT(head, Not(HasSubstr("uthorization")));
  EXPECT_THAT(head, Not(HasSubstr("ca.crt")));
}

TEST_F(Mail, StartTlsAndLogin) {
  MailServer server(MailServer::with_tls({"--login", "tocsin:s3cret"}));
  const Response response = with_login(server, StartTls::required, "s3cret");
  EXPECT_TRUE(response.ok()) << response.fault_text << response.body;
  const auto message = server.message();
  EXPECT_EQ(message.at("tls"), true);
  EXPECT_EQ(message.at("login"), "tocsin");
}

TEST_F(Mail, TlsFromTheFirstByteAndLogin) {
  MailServer server(MailServer::with_tls({"--smtps", "--login", "tocsin:s3cret"}));
  const Response response = with_login(server, StartTls::required, "s3cret", "smtps");
  EXPECT_TRUE(response.ok()) << response.fault_text << response.body;
  EXPECT_EQ(server.message().at("tls"), true);
}

TEST_F(Mail, RefusedLoginIsALoginFault) {
  MailServer server(MailServer::with_tls({"--login", "tocsin:other"}));
  const Response response = with_login(server, StartTls::required, "s3cret");
  EXPECT_EQ(response.fault, TransportFault::login);
  EXPECT_EQ(response.status, 535);
  EXPECT_FALSE(response.sent);
  EXPECT_THAT(response.fault_text, StartsWith(server.peer() + " refused the login: 535 5.7.8"));
}

TEST_F(Mail, PasswordThatTheServerRepeatsIsNotShown) {
  MailServer server(MailServer::with_tls({"--login", "tocsin:other", "--login-reply", "535 wrong password s3cret"}));
  const Response response = with_login(server, StartTls::required, "s3cret");
  EXPECT_EQ(response.fault, TransportFault::login);
  EXPECT_THAT(response.fault_text, HasSubstr("535 wrong password <secret>"));
}

TEST_F(Mail, LoginThatTheServerRepeatsAsItWasSentIsNotShown) {
  const std::string sent = "AHRvY3NpbgBzM2NyZXQ=";  // base64 of NUL tocsin NUL s3cret
  // So far in that a text that is cut first would hold a part of it.
  const std::string reply = "535 " + std::string(limits::kErrorTextBytesMax - 14, 'x') + " " + sent;
  MailServer server(MailServer::with_tls({"--login", "tocsin:other", "--login-reply", reply}));
  const Response response = with_login(server, StartTls::required, "s3cret");
  EXPECT_EQ(response.fault, TransportFault::login);
  EXPECT_THAT(response.body, Not(HasSubstr(sent.substr(0, 6))));
}

TEST_F(Mail, LoginThatFailsForTheMomentIsATemporaryRefusal) {
  MailServer server(MailServer::with_tls({"--login", "tocsin:other", "--login-reply", "454 4.7.0 try again"}));
  const Response response = with_login(server, StartTls::required, "s3cret");
  EXPECT_EQ(response.fault, TransportFault::none);
  EXPECT_EQ(response.status, 454);
}

TEST_F(Mail, MissingLoginIsTheServersRefusal) {
  MailServer server(MailServer::with_tls({"--login", "tocsin:s3cret"}));
  const Response response = exchange(server.request(StartTls::required));
  EXPECT_EQ(response.fault, TransportFault::none);
  EXPECT_EQ(response.status, 530);
  EXPECT_FALSE(response.ok());
}

TEST_F(Mail, RequiredStartTlsThatIsNotOfferedIsATlsFault) {
  MailServer server;
  const Response response = exchange(server.request(StartTls::required));
  EXPECT_EQ(response.fault, TransportFault::tls);
  EXPECT_FALSE(response.sent);
  EXPECT_EQ(response.fault_text, server.peer() + " offers no STARTTLS, which is required");
}

TEST_F(Mail, OpportunisticStartTlsTakesWhatThereIs) {
  MailServer plain;
  EXPECT_TRUE(exchange(plain.request(StartTls::opportunistic)).ok());
  EXPECT_EQ(plain.message().at("tls"), false);
  MailServer secure(MailServer::with_tls());
  EXPECT_TRUE(exchange(secure.request(StartTls::opportunistic)).ok());
  EXPECT_EQ(secure.message().at("tls"), true);
}

TEST_F(Mail, OpportunisticStartTlsSendsNoPasswordInClearText) {
  MailServer server({"--login", "tocsin:s3cret"});
  EXPECT_EQ(with_login(server, StartTls::opportunistic, "s3cret").fault, TransportFault::tls);
  const Response response = with_login(server, StartTls::off, "s3cret");
  EXPECT_TRUE(response.ok()) << response.fault_text;
}

TEST_F(Mail, CertificateIsVerifiedAlsoUnderAnotherName) {
  MailServer server(MailServer::with_tls({}, "named"));
  MailRequest request = server.request(StartTls::required);
  const Response refused = exchange(request);
  EXPECT_EQ(refused.fault, TransportFault::tls);
  EXPECT_THAT(refused.fault_text, HasSubstr("target host name 'localhost'"));
  request.tls.server_name = "metrics.example.org";
  const Response response = exchange(request);
  EXPECT_TRUE(response.ok()) << response.fault_text;
  EXPECT_EQ(server.message().at("tls"), true);
}

TEST_F(Mail, RefusalsAreAnswersWithTheirCode) {
  for (const auto& [reply, status] : {std::pair{"550 5.1.1 no such user", 550}, {"450 4.2.0 greylisted", 450}}) {
    MailServer server({"--refuse", "team@example.org", reply});
    const Response response = exchange(server.request());
    EXPECT_EQ(response.fault, TransportFault::none) << response.fault_text;
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.body, reply);
    EXPECT_FALSE(response.ok());
  }
}

TEST_F(Mail, RefusalCountsEvenWhereTheServerHangsAtQuit) {
  MailServer server({"--refuse", "team@example.org", "550 no", "--hang-on-quit"});
  const Response response = exchange(server.request());
  EXPECT_EQ(response.fault, TransportFault::none) << response.fault_text;
  EXPECT_EQ(response.status, 550);
  EXPECT_EQ(response.body, "550 no");
}

TEST_F(Mail, RefusalAfterTheMessageIsAnAnswer) {
  MailServer server({"--data-reply", "554 5.7.1 looks like spam"});
  const Response response = exchange(server.request());
  EXPECT_EQ(response.fault, TransportFault::none) << response.fault_text;
  EXPECT_EQ(response.status, 554);
  EXPECT_EQ(response.body, "554 5.7.1 looks like spam");
}

TEST_F(Mail, EndAfterTheFinalDotMayHaveBeenHeard) {
  MailServer server({"--end", "drop"});
  const Response response = exchange(server.request());
  EXPECT_EQ(response.fault, TransportFault::broken) << response.fault_text;
  EXPECT_TRUE(response.sent);
  EXPECT_FALSE(response.ok());
}

TEST_F(Mail, SilenceAfterTheFinalDotMayHaveBeenHeard) {
  MailServer server({"--end", "hang"});
  MailRequest request = server.request();
  request.timeout = 4s;
  const Response response = exchange(request);
  EXPECT_EQ(response.fault, TransportFault::timeout) << response.fault_text;
  EXPECT_TRUE(response.sent);
  EXPECT_EQ(response.fault_text, server.peer() + ": no reply within 4s");
}

TEST_F(Mail, ServerThatNeverGreetsHasHeardNothing) {
  test::HttpServer silent([](const test::Seen&) { return test::Reply{}; });
  MailRequest request;
  request.smtp_url = "smtp://127.0.0.1:" + std::to_string(silent.port());
  request.to = "team@example.org";
  request.timeout = 50ms;
  const Response response = exchange(request);
  EXPECT_EQ(response.fault, TransportFault::timeout);
  EXPECT_FALSE(response.sent);
  EXPECT_THAT(response.fault_text, HasSubstr("no answer after connecting within 50ms"));
}

TEST_F(Mail, RefusedConnectionIsNotSent) {
  const test::ClosedPort closed;
  MailRequest request;
  request.smtp_url = "smtp://localhost:" + std::to_string(closed.port());
  request.to = "team@example.org";
  const Response response = exchange(request);
  EXPECT_EQ(response.fault, TransportFault::connect);
  EXPECT_FALSE(response.sent);
  EXPECT_THAT(response.fault_text, HasSubstr("Connection refused"));
}

TEST_F(Mail, AddressesCannotCarryCommands) {
  MailServer server;
  std::vector<MailRequest> requests(8, server.request());
  requests[0].to = "b@example.org>\r\nRCPT TO:<evil@example.org";
  requests[1].to = "b@example.org> <evil@example.org";
  requests[2].from = "a@example.org\nDATA";
  requests[3].to = "";
  requests[4].ehlo_name = "a\r\nMAIL FROM:<x>";
  requests[5].ehlo_name = "a/b c";
  requests[6].username = "u\r\n";
  requests[7].smtp_url = "http://localhost";
  for (const MailRequest& request : requests) {
    const Response response = exchange(request);
    EXPECT_EQ(response.fault, TransportFault::setup);
    EXPECT_FALSE(response.fault_text.empty());
    EXPECT_FALSE(response.sent);
  }
}

TEST_F(Mail, EndOfTheTransportDoesNotWaitForAServerThatHangs) {
  MailServer server({"--hang-on-quit"});
  CurlTransport brief("tocsin/0.0");
  brief.start(1, server.request());
  const auto done = brief.wait(20s);
  ASSERT_EQ(done.size(), 1U);
  EXPECT_TRUE(done[0].response.ok());
}

}  // namespace
}  // namespace tocsin
