#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/agent/http/transport_fixture.h"
#include "tests/support/child_process.h"
#include "tests/support/http_server.h"

namespace tocsin {
namespace {

using test::certificate;
using test::ChildProcess;
using test::post_to;
using test::support_file;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// An HTTPS server with one of the test's certificates.
class TlsServer {
 public:
  explicit TlsServer(const std::string& name, const std::string& client_ca = "") : process_(command(name, client_ca)) {
    port_ = process_.read_line();
  }

  std::string peer() const { return "localhost:" + port_; }
  HttpRequest request() const {
    HttpRequest request = post_to("https://" + peer() + "/s3cret?s3cret");
    request.settings.tls.ca_file = certificate("ca.crt");
    return request;
  }

 private:
  static std::vector<std::string> command(const std::string& name, const std::string& client_ca) {
    std::vector<std::string> argv{"/usr/bin/python3", support_file("tls_server.py"), certificate(name + ".crt"),
                                  certificate(name + ".key")};
    if (!client_ca.empty()) argv.push_back(certificate(client_ca));
    return argv;
  }

  ChildProcess process_;
  std::string port_;
};

class Tls : public test::TransportTest {
 protected:
  void expect_tls_fault(const TlsServer& server, const HttpRequest& request, const std::string& reason) {
    const Response response = exchange(request);
    EXPECT_EQ(response.fault, TransportFault::tls) << response.fault_text;
    EXPECT_FALSE(response.sent);
    EXPECT_EQ(response.status, 0);
    EXPECT_THAT(response.fault_text, StartsWith("TLS with " + server.peer() + " failed: "));
    EXPECT_THAT(response.fault_text, HasSubstr(reason));
    EXPECT_THAT(response.fault_text, Not(HasSubstr("s3cret")));
  }
};

TEST_F(Tls, CertificateOfTheGivenCaIsAccepted) {
  const TlsServer server("good");
  const Response response = exchange(server.request());
  EXPECT_TRUE(response.ok()) << response.fault_text;
  EXPECT_EQ(nlohmann::json::parse(response.body).at("sni"), "localhost");
}

TEST_F(Tls, UnknownCaIsRefusedWithTheReason) {
  const TlsServer server("good");
  HttpRequest request = server.request();
  request.settings.tls.ca_file = certificate("other-ca.crt");
  expect_tls_fault(server, request, "unable to get local issuer certificate");
  request.settings.tls.ca_file = "";
  expect_tls_fault(server, request, "unable to get local issuer certificate");
}

TEST_F(Tls, ExpiredCertificateIsRefusedWithTheReason) {
  const TlsServer server("expired");
  expect_tls_fault(server, server.request(), "certificate has expired");
}

TEST_F(Tls, WrongNameIsRefusedWithTheReason) {
  const TlsServer server("named");
  expect_tls_fault(server, server.request(),
                   "no alternative certificate subject name matches target host name 'localhost'");
}

TEST_F(Tls, VerificationCanBeSwitchedOff) {
  const TlsServer server("expired");
  HttpRequest request = server.request();
  request.settings.tls.ca_file = "";
  request.settings.tls.insecure_skip_verify = true;
  EXPECT_TRUE(exchange(request).ok());
}

TEST_F(Tls, ServerNameIsWhatIsVerifiedWhileTheUrlIsWhereItGoes) {
  const TlsServer server("named");
  HttpRequest request = server.request();
  request.settings.tls.server_name = "metrics.example.org";
  const Response response = exchange(request);
  ASSERT_TRUE(response.ok()) << response.fault_text;
  const auto seen = nlohmann::json::parse(response.body);
  EXPECT_EQ(seen.at("sni"), "metrics.example.org");
  EXPECT_EQ(seen.at("host"), server.peer());
}

TEST_F(Tls, WrongServerNameIsRefusedAndThePeerNamedAsTheUrlDoes) {
  const TlsServer server("good");
  HttpRequest request = server.request();
  request.settings.tls.server_name = "metrics.example.org";
  expect_tls_fault(server, request, "target host name 'metrics.example.org'");
}

TEST_F(Tls, ServerNamesDoNotShareConnections) {
  const TlsServer server("named");
  HttpRequest request = server.request();
  request.settings.tls.server_name = "metrics.example.org";
  ASSERT_TRUE(exchange(request).ok());
  request.settings.tls.server_name = "";
  expect_tls_fault(server, request, "target host name 'localhost'");
}

TEST_F(Tls, ClientShowsItsCertificate) {
  const TlsServer server("good", "ca.crt");
  HttpRequest request = server.request();
  request.settings.tls.cert_file = certificate("client.crt");
  request.settings.tls.key_file = certificate("client.key");
  const Response response = exchange(request);
  EXPECT_TRUE(response.ok()) << response.fault_text;
}

TEST_F(Tls, MissingClientCertificateIsATlsFault) {
  const TlsServer server("good", "ca.crt");
  expect_tls_fault(server, server.request(), "certificate required");
}

TEST_F(Tls, UnreadableClientCertificateIsASetupFault) {
  const TlsServer server("good");
  HttpRequest request = server.request();
  request.settings.tls.cert_file = "/nonexistent/client.crt";
  const Response response = exchange(request);
  EXPECT_EQ(response.fault, TransportFault::setup);
  EXPECT_THAT(response.fault_text, HasSubstr("/nonexistent/client.crt"));
}

TEST_F(Tls, PlainHttpBehindHttpsIsATlsFault) {
  test::HttpServer server([](const test::Seen&) { return test::reply_with(400, ""); });
  const Response response = exchange(post_to("https://127.0.0.1:" + std::to_string(server.port())));
  EXPECT_EQ(response.fault, TransportFault::tls);
  EXPECT_FALSE(response.sent);
  EXPECT_THAT(response.fault_text, HasSubstr("wrong version number"));
}

}  // namespace
}  // namespace tocsin
