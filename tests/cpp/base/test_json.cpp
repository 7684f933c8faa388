#include <array>
#include <cmath>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/json.h"
#include "base/json_number.h"
#include "check.h"

namespace json = onnxformers::json;
using json::Document;
using json::Limits;
using json::Type;
using onnxformers::ErrorKind;

namespace {

std::string text_of(const std::string& json_text) {
  const auto document = Document::parse(json_text);
  return std::string(document.root().as_string("text"));
}

double number_of(const std::string& json_text) {
  return Document::parse(json_text).root().as_number("number");
}

std::string repeat(const std::string& part, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) {
    all += part;
  }
  return all;
}

}  // namespace

#define CHECK_REFUSED(text, part) CHECK_ERROR(ErrorKind::FileFormat, part, Document::parse(text))

TEST(every_type_is_read) {
  const auto document = Document::parse(
      R"( {"null": null, "yes": true, "no": false, "integer": -7, "number": 2.5,
           "text": "t", "array": [1, [2], {"k": []}], "object": {}} )");
  const auto root = document.root().expect(Type::Object, "root");
  CHECK_EQUAL(root.size(), 8U);
  CHECK(root.find("null")->is_null());
  CHECK(root.find("yes")->as_bool(""));
  CHECK(!root.find("no")->as_bool(""));
  CHECK_EQUAL(root.find("integer")->as_integer(""), -7);
  CHECK_EQUAL(root.find("integer")->as_number(""), -7.0);
  CHECK_EQUAL(root.find("number")->as_number(""), 2.5);
  CHECK_EQUAL(root.find("text")->as_string(""), "t");
  const auto array = root.find("array").value();
  CHECK_EQUAL(array.size(), 3U);
  CHECK_EQUAL(array.element(0).as_integer(""), 1);
  CHECK_EQUAL(array.element(1).element(0).as_integer(""), 2);
  CHECK_EQUAL(array.element(2).find("k")->size(), 0U);
  CHECK_EQUAL(root.find("object")->size(), 0U);
  CHECK_EQUAL(root.key(7), "object");
  CHECK(root.member(7).type() == Type::Object);
  CHECK(!root.find("absent"));
  CHECK(!array.find("k"));
}

TEST(a_byte_order_mark_and_all_white_space_are_accepted) {
  CHECK_EQUAL(number_of("\xEF\xBB\xBF \t\r\n 1 \t\r\n "), 1.0);
  CHECK_REFUSED("\v1", "byte 0: expected a value");
  CHECK_REFUSED(
      "\xC2\xA0"
      "1",
      "byte 0");
  CHECK_REFUSED("1\xEF\xBB\xBF", "byte 1");
}

TEST(strings_are_unescaped) {
  CHECK_EQUAL(text_of(R"("")"), "");
  CHECK_EQUAL(text_of(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
  CHECK_EQUAL(text_of(R"("a\u0041\u00e9\u20AC\uD83D\uDE00z")"),
              "aA\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z");
  CHECK_EQUAL(text_of(R"("\u0000")"), std::string(1, '\0'));
  CHECK_EQUAL(text_of("\"\xE2\x96\x81the \xF0\x9F\x98\x80\x7F\""),
              "\xE2\x96\x81the \xF0\x9F\x98\x80\x7F");
  const auto keys = Document::parse(R"({"\u0061\n": "\t", "plain": "p"})");
  CHECK_EQUAL(keys.root().find("a\n")->as_string(""), "\t");
  CHECK_EQUAL(keys.root().find("plain")->as_string(""), "p");
}

TEST(strings_of_every_length_and_alignment_keep_their_bytes) {
  for (std::size_t before = 0; before < 18; ++before) {
    for (std::size_t after = 0; after < 18; ++after) {
      const std::string head(before, 'a');
      const std::string tail(after, 'b');
      CHECK_EQUAL(text_of('"' + head + R"(\n)" + tail + '"'), head + "\n" + tail);
      CHECK_EQUAL(text_of('"' + head + "\xC3\xA9" + tail + '"'), head + "\xC3\xA9" + tail);
      CHECK_REFUSED('"' + head + "\x1F" + tail + '"',
                    "byte " + std::to_string(before + 1) + ": a control");
      CHECK_REFUSED('"' + head + "\xFF" + tail + '"',
                    "byte " + std::to_string(before + 1) + ": not well");
      CHECK_REFUSED('"' + head + tail, "the text ends here");
    }
  }
}

TEST(broken_strings_are_refused) {
  CHECK_REFUSED(R"("\ud800")", "byte 1: escape of a lone surrogate");
  CHECK_REFUSED(R"("\udc00")", "byte 1: escape of a lone surrogate");
  CHECK_REFUSED(R"("\ud800\ud800")", "byte 1: escape of a lone surrogate");
  CHECK_REFUSED(R"("\ud800\n")", "byte 1: escape of a lone surrogate");
  CHECK_REFUSED(R"("\ud800x")", "byte 1: escape of a lone surrogate");
  CHECK_REFUSED(R"("\x41")", "byte 1: unknown escape");
  CHECK_REFUSED(R"("\)", "unknown escape");
  CHECK_REFUSED(R"("\u12)", "four hexadecimal digits");
  CHECK_REFUSED(R"("\u12G4")", "byte 5: expected four hexadecimal digits");
  CHECK_REFUSED(R"("\u+123")", "four hexadecimal digits");
  CHECK_REFUSED("\"\xED\xA0\x80\"", "byte 1: not well-formed UTF-8");
  CHECK_REFUSED("\"\xC3\"", "byte 1: not well-formed UTF-8");
  CHECK_REFUSED(std::string("\"a\0b\"", 5), "byte 2: a control character");
  CHECK_REFUSED("\"a\nb\"", "byte 2: a control character");
}

TEST(numbers_are_read_as_integers_where_they_fit) {
  const auto type = [](const std::string& text) { return Document::parse(text).root().type(); };
  CHECK(type("0") == Type::Integer);
  CHECK(type("-0") == Type::Integer);
  CHECK(type("1.0") == Type::Number);
  CHECK(type("1e2") == Type::Number);
  CHECK_EQUAL(Document::parse("9223372036854775807").root().as_integer(""), INT64_MAX);
  CHECK_EQUAL(Document::parse("-9223372036854775808").root().as_integer(""), INT64_MIN);
  CHECK(type("9223372036854775808") == Type::Number);
  CHECK_EQUAL(number_of("1000000000000000019884624838656"), 1e30);
}

TEST(numbers_are_rounded_correctly) {
  CHECK_EQUAL(number_of("-3.4633698463439941"), -3.4633698463439941);
  CHECK_EQUAL(number_of("1E+2"), 100.0);
  CHECK_EQUAL(number_of("0.1e-1"), 0.01);
  CHECK_EQUAL(number_of("1.7976931348623157e308"), 1.7976931348623157e308);
  CHECK_EQUAL(number_of("5e-324"), 5e-324);
  CHECK_EQUAL(number_of("9007199254740993"), 9007199254740992.0);
  CHECK_EQUAL(number_of("0." + std::string(400, '0') + "1e401"), 1.0);
  CHECK_EQUAL(number_of(std::string(400, '9') + "e-400"), 1.0);
}

TEST(too_small_is_zero_and_too_large_is_refused) {
  CHECK_EQUAL(number_of("1e-400"), 0.0);
  CHECK_EQUAL(number_of("-123456e-99999999999999999999"), 0.0);
  CHECK_EQUAL(number_of("0." + std::string(1000, '0') + "1"), 0.0);
  CHECK_EQUAL(number_of("0e99999"), 0.0);
  CHECK_REFUSED("1e400", "byte 0: a number beyond the range");
  CHECK_REFUSED("[-1e400]", "byte 1: a number beyond the range");
  CHECK_REFUSED("0.00001e99999999999999999999", "beyond the range");
  CHECK_REFUSED("1" + std::string(1'000'000, '0'), "beyond the range");
}

TEST(what_only_looks_like_a_number_is_refused) {
  for (const char* text : {"01", "-01", "1.", "-", "+1", ".5", "1e", "1e+", "0x10", "1.e2", "--1",
                           "NaN", "Infinity", "-Infinity", "nan", "1_000", "1a"}) {
    CHECK_REFUSED(text, "byte ");
  }
}

TEST(broken_structure_is_refused_with_its_place) {
  CHECK_REFUSED("", "byte 0: the text ends here; expected a value");
  CHECK_REFUSED("  ", "byte 2: the text ends here");
  CHECK_REFUSED("[", "byte 1: the text ends here");
  CHECK_REFUSED("[1", "byte 2: the text ends here; expected ',' or ']'");
  CHECK_REFUSED("[1,", "byte 3: the text ends here");
  CHECK_REFUSED("[1,]", "byte 3: expected a value");
  CHECK_REFUSED("[,1]", "byte 1: expected a value");
  CHECK_REFUSED("[1 2]", "byte 3: expected ',' or ']'");
  CHECK_REFUSED("[1}", "byte 2: expected ',' or ']'");
  CHECK_REFUSED("{", "byte 1: the text ends here");
  CHECK_REFUSED("{]", "byte 1: expected a key");
  CHECK_REFUSED("{1: 2}", "byte 1: expected a key");
  CHECK_REFUSED(R"({"a")", "expected ':'");
  CHECK_REFUSED(R"({"a" 1})", "byte 5: expected ':'");
  CHECK_REFUSED(R"({"a":})", "byte 5: expected a value");
  CHECK_REFUSED(R"({"a":1,})", "byte 7: expected a key");
  CHECK_REFUSED(R"({"a":1])", "byte 6: expected ',' or '}'");
  CHECK_REFUSED("1 2", "byte 2: expected nothing more");
  CHECK_REFUSED("{}x", "byte 2: expected nothing more");
  CHECK_REFUSED(std::string("1\0", 2), "byte 1: expected nothing more");
  CHECK_REFUSED("tru", "byte 0: expected a value");
  CHECK_REFUSED("nul", "byte 0");
  CHECK_REFUSED("True", "byte 0");
  CHECK_REFUSED("'a'", "byte 0");
  CHECK_REFUSED("[1] // why", "byte 4");
}

TEST(every_truncation_of_a_document_is_refused) {
  const std::string whole =
      R"({"a": [1.5e3, -2, true, false, null], "b\u00e9\ud83d\ude00": {"c": "d\n"}, "e": [[], {}]})";
  (void)Document::parse(whole);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK_REFUSED(whole.substr(0, size), "json");
  }
}

TEST(depth_is_bounded_and_costs_no_stack) {
  (void)Document::parse(repeat("[", 256) + repeat("]", 256));
  CHECK_REFUSED(repeat("[", 257) + repeat("]", 257),
                "byte 256: nested deeper than the limit of 256");
  CHECK_REFUSED(repeat("[", 200'000), "nested deeper");
  CHECK_REFUSED(repeat(R"({"a":)", 200'000), "nested deeper");
  const Limits deep{.max_depth = 1'000'000};
  const auto document = Document::parse(repeat("[", 200'000) + repeat("]", 200'000), deep);
  CHECK_EQUAL(document.root().size(), 1U);
}

TEST(size_and_number_of_values_are_bounded) {
  const Limits small{.max_bytes = 4};
  (void)Document::parse("1234", small);
  CHECK_ERROR(ErrorKind::FileFormat, "the text has 5 bytes, the limit is 4",
              Document::parse("12345", small));
  const Limits few{.max_values = 4};
  (void)Document::parse("[1,2,3]", few);
  CHECK_ERROR(ErrorKind::FileFormat, "more values than the limit of 4",
              Document::parse("[1,2,3,4]", few));
  CHECK_ERROR(ErrorKind::FileFormat, "more values", Document::parse("[[],[],[],[]]", few));
}

TEST(a_wrong_type_names_the_place_and_both_types) {
  const auto document = Document::parse(R"({"a": "x", "b": [1]})");
  const auto root = document.root();
  CHECK_ERROR(ErrorKind::FileFormat, "[model.a] must be an integer, got a string",
              root.find("a")->as_integer("model.a"));
  CHECK_ERROR(ErrorKind::FileFormat, "must be a boolean", root.find("a")->as_bool("a"));
  CHECK_ERROR(ErrorKind::FileFormat, "must be a number", root.find("a")->as_number("a"));
  CHECK_ERROR(ErrorKind::FileFormat, "must be a string, got an array",
              root.find("b")->as_string("b"));
  CHECK_ERROR(ErrorKind::FileFormat, "must be an array, got an object",
              root.expect(Type::Array, "root"));
  CHECK_ERROR(ErrorKind::FileFormat, "no entry 1", root.find("b")->element(1));
  CHECK_ERROR(ErrorKind::FileFormat, "no entry 2", root.member(2));
  CHECK_ERROR(ErrorKind::FileFormat, "no entry 2", root.key(2));
  CHECK_ERROR(ErrorKind::FileFormat, "must be an array", root.element(0));
  CHECK_ERROR(ErrorKind::FileFormat, "must be an object", root.find("b")->key(0));
}

TEST(arrays_of_strings_are_read_at_once) {
  const auto document = Document::parse(R"([["a", "\u00e9"], ["a"], ["a", 1], "ab", {"a": "b"}])");
  std::array<std::string_view, 2> strings;
  CHECK(document.root().element(0).read_strings(strings));
  CHECK_EQUAL(strings[0], "a");
  CHECK_EQUAL(strings[1], "\xC3\xA9");
  for (std::size_t i = 1; i < 5; ++i) {
    CHECK(!document.root().element(i).read_strings(strings));
  }
}

TEST(a_repeated_key_keeps_its_last_value) {
  const auto few = Document::parse(R"({"a": 1, "b": 2, "a": 3})");
  CHECK_EQUAL(few.root().find("a")->as_integer(""), 3);
  CHECK_EQUAL(few.root().size(), 3U);
  std::string many = "{";
  for (int i = 0; i < 100; ++i) {
    many += "\"" + std::to_string(i % 50) + "\": " + std::to_string(i) + (i < 99 ? "," : "}");
  }
  const auto document = Document::parse(many);
  for (int i = 0; i < 50; ++i) {
    CHECK_EQUAL(document.root().find(std::to_string(i))->as_integer(""), i + 50);
  }
}

TEST(objects_of_every_size_find_all_their_keys_from_many_threads) {
  for (const int size : {1, 15, 16, 17, 18, 1000}) {
    std::string text = "{";
    for (int i = 0; i < size; ++i) {
      text += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":" + std::to_string(i);
    }
    const auto document = Document::parse(text + "}");
    std::vector<int> wrong(4);
    std::vector<std::thread> threads;
    for (auto& count : wrong) {
      threads.emplace_back([&] {
        for (int i = 0; i < size; ++i) {
          const auto found = document.root().find("k" + std::to_string(i));
          count += found && found->as_integer("") == i ? 0 : 1;
        }
        count += document.root().find("k") || document.root().find("") || document.root().find("l")
                     ? 1
                     : 0;
      });
    }
    for (auto& thread : threads) {
      thread.join();
    }
    CHECK_EQUAL(wrong, (std::vector<int>(4)));
  }
}

TEST(a_moved_document_keeps_its_values) {
  auto first = Document::parse(R"(["short", "a string that is far too long for a small buffer"])");
  const Document second = std::move(first);
  CHECK_EQUAL(second.root().element(0).as_string(""), "short");
  CHECK_EQUAL(second.root().element(1).as_string("").substr(0, 8), "a string");
}

TEST(random_mutations_parse_or_fail_and_never_break) {
  const std::string whole =
      R"({"a": [1.5e3, -2, true, null], "b\u00e9\ud83d\ude00": {"c": "d\n\u2581"}, "e": [[], {}]})";
  std::mt19937 random(7);
  int refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = whole;
    for (int change = 0; change < 3; ++change) {
      text[random() % text.size()] = static_cast<char>(random());
    }
    try {
      (void)Document::parse(text);
    } catch (const onnxformers::Error& e) {
      CHECK(e.kind() == ErrorKind::FileFormat);
      CHECK(std::string(e.what()).starts_with("[json] byte "));
      ++refused;
    }
  }
  CHECK(refused > 10'000);
}

TEST(numbers_can_be_rounded_as_by_one_division) {
  // Digits as an integer, then one division: two roundings, unlike the nearest double.
  const auto scaled = [](const char* text) { return json::to_scaled_double(text).value(); };
  CHECK_EQUAL(scaled("-3.0"), -3.0);
  CHECK_EQUAL(scaled("0.5e1"), 5.0);
  CHECK_EQUAL(scaled("-4.3749680519104"), -4.3749680519104);
  CHECK_EQUAL(scaled("-2.0122928619384766"), -20122928619384766.0 / 1e16);
  CHECK_EQUAL(scaled("12345678901234567890123.5"), 12345678901234567890.0 * 1e3);
  CHECK_EQUAL(scaled("0e999"), 0.0);
  CHECK_EQUAL(scaled("1e-400"), 0.0);
  CHECK_EQUAL(scaled("1000e-310"), 1000.0 / 1e308 / 1e2);
  CHECK(!json::to_scaled_double("1e309"));
  CHECK(!json::to_scaled_double("10e308"));
  json::Limits limits;
  limits.scales_numbers = true;
  const std::string text = "7.3177280426025391";
  CHECK_EQUAL(json::Document::parse(text, limits).root().as_number("x"),
              73177280426025391.0 / 1e16);
}

TEST(numbers_of_any_length_are_read_as_their_text_is) {
  json::Limits limits;
  limits.scales_numbers = true;
  std::mt19937_64 random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string text = random() % 2 == 0 ? "-" : "";
    text += std::to_string(random() >> (random() % 64)) + "." +
            std::to_string(random() >> (random() % 64));
    CHECK_EQUAL(json::Document::parse(text, limits).root().as_number("x"),
                json::to_scaled_double(text).value());
    CHECK_EQUAL(json::Document::parse(text).root().as_number("x"), json::to_double(text).value());
  }
  for (const char* text : {"999999999999999999", "-999999999999999999", "1000000000000000000",
                           "9223372036854775807", "-9223372036854775808", "0", "-0"}) {
    CHECK_EQUAL(json::Document::parse(text).root().as_integer("x"), std::stoll(text));
  }
  CHECK(json::Document::parse("9223372036854775808").root().type() == json::Type::Number);
}
