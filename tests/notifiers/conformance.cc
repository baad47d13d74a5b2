#include "tests/notifiers/conformance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "agent/base/text.h"
#include "notifiers/json.h"
#include "notifiers/text.h"
#include "tests/notifiers/mail_parser.h"

namespace tocsin::conformance {
namespace {

using Outcome = Verdict::Outcome;

bool is_web_link(std::string_view url) {
  return url.starts_with("http://") || url.starts_with("https://");
}

Json parsed(const std::string& body) {
  Json json = parse_json(body);
  EXPECT_FALSE(json.is_discarded()) << body.substr(0, 500);
  EXPECT_EQ(valid_utf8(body), body);
  return json;
}

void expect_at_most(const Json& text, std::size_t code_points_max) {
  ASSERT_TRUE(text.is_string());
  const auto value = text.get<std::string>();
  EXPECT_LE(code_points(value), code_points_max) << value.substr(0, 200);
  EXPECT_FALSE(value.empty());
}

/// Every < of Slack's markup is one of ours, every & an escape.
void expect_slack_escaped(const Json& text) {
  const auto value = text.get<std::string>();
  for (std::size_t at = 0; at < value.size(); ++at) {
    const std::string_view rest = std::string_view(value).substr(at);
    if (rest.front() == '<') {
      EXPECT_TRUE(rest.starts_with("<!date^") || is_web_link(rest.substr(1))) << rest.substr(0, 50);
      const std::string_view inside = rest.substr(1, rest.find('>') - 1);
      EXPECT_EQ(inside.find('<'), std::string_view::npos) << inside;
      at += inside.size() + 1;
    } else {
      EXPECT_NE(rest.front(), '>') << value;
    }
    if (rest.front() == '&') {
      EXPECT_TRUE(rest.starts_with("&amp;") || rest.starts_with("&lt;") || rest.starts_with("&gt;"))
          << rest.substr(0, 9);
    }
  }
}

void expect_slack_text(const Json& object, std::size_t code_points_max) {
  expect_at_most(object.at("text"), code_points_max);
  expect_slack_escaped(object.at("text"));
}

void expect_slack_block(const Json& block) {
  if (block.contains("text")) {
    expect_slack_text(block["text"], 3000);
  }
  if (block.contains("fields")) {
    EXPECT_LE(block["fields"].size(), 10U);
    for (const Json& field : block["fields"]) {
      expect_slack_text(field, 2000);
    }
  }
  if (block.contains("elements")) {
    EXPECT_LE(block["elements"].size(), 25U);
    for (const Json& element : block["elements"]) {
      expect_slack_text(element.at("text"), 75);
      expect_at_most(element.at("url"), 3000);
      expect_at_most(element.at("action_id"), 255);
      EXPECT_TRUE(is_web_link(string_member(element, "url")));
    }
  }
}

void expect_slack(const Json& body) {
  EXPECT_LE(json_text(body).size(), 200'000U);
  expect_slack_text(body, 4000);
  if (!body.contains("attachments")) {
    return;
  }
  ASSERT_EQ(body["attachments"].size(), 1U);
  const Json& blocks = body["attachments"][0].at("blocks");
  EXPECT_LE(blocks.size(), 50U);
  EXPECT_GE(blocks.size(), 1U);
  std::ranges::for_each(blocks, expect_slack_block);
}

void expect_pagerduty(const Json& body, std::size_t bytes) {
  EXPECT_LE(bytes, 512'000U);
  EXPECT_LE(string_member(body, "dedup_key").size(), 255U);
  EXPECT_FALSE(string_member(body, "dedup_key").empty());
  if (string_member(body, "event_action") != "trigger") {
    return;
  }
  const Json& payload = body.at("payload");
  expect_at_most(payload.at("summary"), 1024);
  EXPECT_FALSE(string_member(payload, "source").empty());
  constexpr std::array<std::string_view, 4> kSeverities{"critical", "error", "warning", "info"};
  EXPECT_NE(std::ranges::find(kSeverities, string_member(payload, "severity")), kSeverities.end());
  for (const Json& link : body.value("links", Json::array())) {
    EXPECT_TRUE(is_web_link(string_member(link, "href")));
  }
}

void expect_alertmanager(const Json& body) {
  EXPECT_EQ(string_member(body, "version"), "4");
  ASSERT_EQ(body.at("alerts").size(), 1U);
  EXPECT_EQ(body["alerts"][0].at("labels"), body.at("commonLabels"));
  EXPECT_EQ(string_member(body["alerts"][0], "fingerprint").size(), 16U);
}

/// Only tags of ours, and links only to the web.
void expect_html(const std::string& html) {
  constexpr std::array<std::string_view, 13> kTags{"!DOCTYPE", "html", "head", "meta", "title", "body", "table",
                                                   "tr",       "td",   "b",    "br",   "span",  "div"};
  for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    std::string_view tag = std::string_view(html).substr(at + 1, html.find('>', at) - at - 1);
    tag.remove_prefix(tag.starts_with('/') ? 1 : 0);
    EXPECT_EQ(tag.find('<'), std::string_view::npos) << tag;
    const std::string_view name = tag.substr(0, tag.find(' '));
    if (name == "a") {
      EXPECT_TRUE(tag.size() == 1 || tag.starts_with("a href=\"http")) << tag;
    } else {
      EXPECT_NE(std::ranges::find(kTags, name), kTags.end()) << tag;
    }
    EXPECT_EQ(tag.find(" on"), std::string_view::npos) << tag;
  }
}

void expect_mail(const MailRequest& request) {
  EXPECT_EQ(request.from, "tocsin@example.org");
  EXPECT_EQ(request.to.find_first_of("\r\n <>"), std::string::npos);
  const ParsedMail mail = parse_mail(request.message);
  for (const std::string_view name :
       {"Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "List-Id", "MIME-Version"}) {
    EXPECT_FALSE(mail.header(name).empty()) << name;
  }
  EXPECT_EQ(mail.count("Bcc"), 0U);
  EXPECT_LE(code_points(mail.header("Subject")), 200U);
  EXPECT_EQ(valid_utf8(mail.plain), mail.plain);
  expect_html(mail.html);
  EXPECT_LE(request.message.size(), 5U << 20U);
}

void expect_http(const HttpRequest& request) {
  const Json body = parsed(request.body);
  if (body.contains("event_action")) {
    expect_pagerduty(body, request.body.size());
  } else if (body.contains("alerts")) {
    expect_alertmanager(body);
  } else {
    expect_slack(body);
  }
}

void expect_line(const ConsoleLine& line) {
  EXPECT_EQ(clean_line(line.text), line.text);
  EXPECT_LE(code_points(line.text), 2000U);
}

std::string repeated(std::string_view piece, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) {
    text += piece;
  }
  return text;
}

}  // namespace

Outcome outcome_of_http(int status) {
  if (status >= 200 && status < 300) {
    return Outcome::accepted;
  }
  const bool permanent = (status >= 300 && status < 400) || status == 400 || status == 401 || status == 403 ||
                         status == 404 || status == 410;
  return permanent ? Outcome::refused : Outcome::retry;
}

Outcome outcome_of_smtp(int code) {
  if (code >= 200 && code < 300) {
    return Outcome::accepted;
  }
  return code >= 500 ? Outcome::refused : Outcome::retry;
}

std::vector<std::string> hostile_texts() {
  return {"",
          "x",
          " ",
          repeated("x", 3000),
          repeated("x", 100'000),
          repeated("é", 50'000),
          repeated("&<>", 10'000),
          repeated("\x01", 100'000),
          repeated("ab ", 10'000),
          "<!channel> <@U123> <https://evil.example.org|bank>",
          "*bold* _italic_ `code` ```block``` ~gone~ & &lt; > \" '",
          "x\r\nBcc: evil@example.org\r\n\r\nbody",
          "x\r\n.\r\nQUIT\r\n",
          ".\n..\n--=_tocsin_\n",
          "=?UTF-8?B?ZXZpbA==?= =?utf-8?q?x?=",
          "<script>alert(1)</script><img src=x onerror=alert(1)>",
          "</td></tr></table><a href=\"javascript:alert(1)\">x</a>\" onclick=\"alert(1)",
          "javascript:alert(1)",
          "https://example.org/\"><script>alert(1)</script>|<!here>",
          "https://example.org/a b",
          "http://",
          "data:text/html,<script>alert(1)</script>",
          "\xff\xfe\xc0\xaf\xed\xa0\x80 broken \xf0\x9f",
          std::string("nul\0inside", 10),
          "\x1b[2J\x1b]0;title\x07 terminal \x9b",
          "🔥🔥 \u200F\u202Egnp.exe\u2066 \u2028",
          "{\"json\":\"inside\"} \\ \\u0000 %s {} {{ }}"};
}

Notification filled_with(const std::string& text, Notification notification) {
  IncidentSnapshot& incident = notification.incident;
  incident.rule = text;
  incident.labels = Labels{{"service", text}, {"label\n<b>", text}, {text, "value"}, {"instance", text}};
  incident.annotations = {
      {"summary", text}, {"description", text}, {"runbook_url", text}, {"dashboard_url", text}, {text, text}};
  incident.threshold = text;
  incident.dedup_key = text;
  incident.acknowledged_by = text;
  incident.resolve_reason = text;
  incident.url = text;
  incident.query_url = text;
  incident.series.assign(20, {.labels = Labels{{"instance", text}}, .value = 1, .since = incident.opened_at});
  incident.series_count = 30;
  notification.external_url = text;
  return notification;
}

void expect_well_formed(const Outgoing& outgoing) {
  if (const auto* request = std::get_if<HttpRequest>(&outgoing)) {
    expect_http(*request);
  } else if (const auto* mail = std::get_if<MailRequest>(&outgoing)) {
    expect_mail(*mail);
  } else {
    expect_line(std::get<ConsoleLine>(outgoing));
  }
}

}  // namespace tocsin::conformance
