#include <gtest/gtest.h>

#include "agent/base/base64.h"
#include "notifiers/mail_address.h"
#include "notifiers/mail_header.h"
#include "notifiers/mime.h"

namespace tocsin {
namespace {

TEST(Base64, EncodesTheVectorsOfItsRfc) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xff\xfe"), "//4=");
}

TEST(QuotedPrintable, KeepsReadableTextReadable) {
  EXPECT_EQ(quoted_printable("a = b\nc"), "a =3D b\r\nc");
  EXPECT_EQ(quoted_printable("ü"), "=C3=BC");
}

TEST(QuotedPrintable, EncodesWhatServersWouldTouch) {
  EXPECT_EQ(quoted_printable("blank \nend "), "blank=20\r\nend=20");
  EXPECT_EQ(quoted_printable(".\n.."), "=2E\r\n=2E.");
}

TEST(QuotedPrintable, BreaksLongLines) {
  const std::string text = quoted_printable(std::string(200, '.'));
  EXPECT_EQ(text.find("\r\n."), std::string::npos) << "a soft line may not begin with a dot either";
  EXPECT_EQ(text.find("\r\n"), 76U);
}

TEST(MailHeader, ShortAsciiStaysAsItIs) {
  EXPECT_EQ(unstructured_header("Subject", "all is well"), "Subject: all is well\r\n");
}

TEST(MailHeader, LongAsciiIsFoldedAtBlanks) {
  const std::string header = unstructured_header("Subject", std::string(50, 'a') + " " + std::string(50, 'b'));
  EXPECT_EQ(header, "Subject: " + std::string(50, 'a') + "\r\n " + std::string(50, 'b') + "\r\n");
}

TEST(MailHeader, OtherScriptsAndLookAlikesAreEncoded) {
  EXPECT_EQ(unstructured_header("Subject", "größer"), "Subject: =?UTF-8?B?Z3LDtsOfZXI=?=\r\n");
  EXPECT_EQ(unstructured_header("Subject", "=?UTF-8?B?x?=").find("=?UTF-8?B?x?="), std::string::npos);
}

TEST(MailHeader, LinesOfEncodedWordsAreShortFromTheFirstOn) {
  std::string text;
  for (int i = 0; i < 60; ++i) text += "größer ";
  for (const std::string name : {"Subject", "X-Tocsin-Incident", "X"}) {
    const std::string header = unstructured_header(name, text);
    EXPECT_TRUE(header.starts_with(name + ": =?UTF-8?B?")) << header;
    for (std::size_t begin = 0; begin < header.size(); begin = header.find("\r\n", begin) + 2) {
      EXPECT_LE(header.find("\r\n", begin) - begin, 76U) << header;
      EXPECT_TRUE(begin == 0 || header.substr(begin).starts_with(" =?UTF-8?B?")) << header;
    }
  }
}

TEST(MailHeader, NoValueCanEndItsLine) {
  EXPECT_EQ(unstructured_header("Subject", "a\r\nBcc: evil@example.org"), "Subject: a  Bcc: evil@example.org\r\n");
}

TEST(MailHeader, DatesAreThoseOfTheRfc) {
  EXPECT_EQ(mail_date(from_unix_ms(0)), "Thu, 01 Jan 1970 00:00:00 +0000");
  EXPECT_EQ(mail_date(from_unix_ms(951'782'400'999)), "Tue, 29 Feb 2000 00:00:00 +0000");
}

TEST(MailAddress, TakesNamesAndBareAddresses) {
  EXPECT_EQ(parse_mail_address("ada@example.org").header(), "ada@example.org");
  EXPECT_EQ(parse_mail_address("Ada L <ada@example.org>").header(), "Ada L <ada@example.org>");
  EXPECT_EQ(parse_mail_address("\"On-call, payments\" <p@example.org>").header(),
            "\"On-call, payments\" <p@example.org>");
  EXPECT_EQ(parse_mail_address("Zoë <z@example.org>").header(), "=?UTF-8?B?Wm/Dqw==?= <z@example.org>");
  EXPECT_EQ(parse_mail_address("Ada <ada@example.org>").domain(), "example.org");
}

TEST(MailAddress, CannotBreakOutOfItsLine) {
  const MailAddress address = parse_mail_address("a\r\nBcc: x <a@b>\r\n> <c@example.org\r\nDATA>");
  EXPECT_EQ(address.address, "c@example.orgDATA");
  EXPECT_EQ(address.header().find_first_of("\r\n"), std::string::npos);
  EXPECT_EQ(parse_mail_address("").domain(), "localhost");
}

}  // namespace
}  // namespace tocsin
