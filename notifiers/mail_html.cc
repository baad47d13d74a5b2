#include <fmt/format.h>

#include "notifiers/mail_content.h"
#include "notifiers/text.h"

namespace tocsin {
namespace {

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{0}</title>
</head>
<body style="margin:0;padding:0;-webkit-text-size-adjust:100%">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
<tr><td align="center" style="padding:8px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;border:1px solid #8a8a8a;border-collapse:collapse;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.45;text-align:left">
<tr><td bgcolor="{1}" style="background-color:{1};color:#ffffff;padding:14px 16px;font-size:18px;font-weight:bold;word-break:break-word">{0}</td></tr>
)";
constexpr std::string_view kFoot =
    R"(<tr><td style="padding:12px 16px;border-top:1px solid #8a8a8a;font-size:13px">{}</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
)";
constexpr std::string_view kRow = "<tr><td style=\"padding:{};word-break:break-word\">{}</td></tr>\n";

std::string_view escaped_code_point(std::string_view code_point) {
  if (code_point.size() != 1) {
    return code_point;
  }
  switch (code_point.front()) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    case '\n':
      return "<br>\n";
    default:
      return code_point;
  }
}

std::string escaped(std::string_view text) {
  return escape_within(text, std::string::npos, escaped_code_point);
}

std::string row(std::string_view padding, std::string_view html) {
  return fmt::format(kRow, padding, html);
}

std::string facts_table(const std::vector<Fact>& facts) {
  std::string html = "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\">\n";
  for (const auto& [name, value] : facts) {
    html += fmt::format(
        "<tr><td style=\"padding:2px 14px 2px 0;vertical-align:top;white-space:nowrap\">{}</td>"
        "<td style=\"padding:2px 0;font-weight:bold;word-break:break-word\">{}</td></tr>\n",
        escaped(name), escaped(value));
  }
  return html + "</table>";
}

std::string section_html(const MailSection& section) {
  std::string html = fmt::format("<b>{}</b>", escaped(section.title));
  for (const std::string& line : section.lines) {
    html += fmt::format("<br>\n<span style=\"font-family:Menlo,Consolas,monospace;font-size:13px\">{}</span>",
                        escaped(line));
  }
  return html;
}

/// A URL that is no link is shown, so that nobody misses it, but cannot be followed.
std::string links_html(const std::vector<Link>& links) {
  std::string html;
  for (const Link& link : links) {
    if (link.clickable) {
      html += fmt::format(
          "<a href=\"{}\" style=\"display:inline-block;padding:9px 14px;margin:0 8px 8px 0;border:1px solid #8a8a8a;"
          "border-radius:4px;text-decoration:none\">{}</a>\n",
          escaped(link.url), escaped(link.text));
    } else {
      html += fmt::format("<div>{}: {}</div>\n", escaped(link.text), escaped(link.url));
    }
  }
  return html;
}

}  // namespace

std::string mail_html(const MailContent& content) {
  std::string html = fmt::format(kHead, escaped(content.headline), content.color);
  html += row("14px 16px 6px;font-size:17px", escaped(content.summary));
  if (!content.description.empty()) {
    html += row("6px 16px", escaped(content.description));
  }
  if (!content.facts.empty()) {
    html += row("6px 16px", facts_table(content.facts));
  }
  if (!content.links.empty()) {
    html += row("10px 16px 2px", links_html(content.links));
  }
  for (const MailSection& section : content.sections) {
    html += row("8px 16px", section_html(section));
  }
  return html + fmt::format(kFoot, escaped(content.footer));
}

}  // namespace tocsin
