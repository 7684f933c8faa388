#include <algorithm>
#include <ctime>
#include <string>
#include <vector>

#include "base/regex.h"
#include "check.h"

using namespace onnxformers;

namespace {

/// Matches in brackets, what lies between as it is.
std::string mark(std::string_view pattern, std::string_view text) {
  std::vector<Regex::Match> matches;
  Regex(pattern).find_all(text, matches);
  std::string marked;
  std::size_t begin = 0;
  for (const Regex::Match& match : matches) {
    marked.append(text.substr(begin, match.begin - begin));
    marked.append("[").append(text.substr(match.begin, match.end - match.begin)).append("]");
    begin = match.end;
  }
  return marked.append(text.substr(begin));
}

void refused(std::string_view pattern, const std::string& part) {
  CHECK_ERROR(ErrorKind::FileFormat, part, Regex(pattern));
}

#ifdef ONNXFORMERS_SANITIZED
constexpr double kSlowdown = 20;
#else
constexpr double kSlowdown = 1;
#endif

/// Of this program's own time: the machine may do other things too.
double seconds_for(const Regex& regex, const std::string& text) {
  const std::clock_t start = std::clock();
  std::vector<Regex::Match> matches;
  try {
    regex.find_all(text, matches);
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::InvalidArgument);
  }
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

}  // namespace

TEST(the_first_alternative_that_fits_wins) {
  CHECK_EQUAL(mark("a|ab", "ab"), "[a]b");
  CHECK_EQUAL(mark("ab|a", "abaa"), "[ab][a][a]");
  CHECK_EQUAL(mark("(?:a|ab)c", "abc"), "[abc]");
  CHECK_EQUAL(mark("'s|'t| ?\\p{L}+", "it's it"), "[it]['s][ it]");
}

TEST(quantifiers_are_greedy_lazy_or_possessive) {
  CHECK_EQUAL(mark("a+", "aaba"), "[aa]b[a]");
  CHECK_EQUAL(mark("a+?", "aa"), "[a][a]");
  CHECK_EQUAL(mark("a++a", "aaa"), "aaa");
  CHECK_EQUAL(mark("a{2,3}", "aaaaa"), "[aaa][aa]");
  CHECK_EQUAL(mark("a{,2}", "aaa"), "[aa][a]");
  CHECK_EQUAL(mark("(?:ab){2}", "ababab"), "[abab]ab");
  CHECK_EQUAL(mark("(?:ab)*?c", "ababc"), "[ababc]");
  CHECK_EQUAL(mark("(?:a|b)++b", "abab"), "abab");
}

TEST(intervals_are_those_of_oniguruma) {
  // No possessive interval, but a repeated one; no lazy {n}, but an optional one.
  CHECK_EQUAL(mark("(?:a{2,3}+)a", "aaaa"), "[aaaa]");
  CHECK_EQUAL(mark("a{2}?", "aaaaa"), "[aa][aa]a[]");
  CHECK_EQUAL(mark("a{3,2}a", "aaa"), "aaa");
  CHECK_EQUAL(mark("a{,}", "aa{,}"), "a[a{,}]");
  CHECK_EQUAL(mark("a{", "a{"), "[a{]");
}

TEST(anchors_are_those_of_lines) {
  CHECK_EQUAL(mark("^a", "a\na"), "[a]\n[a]");
  CHECK_EQUAL(mark("^", "a\n"), "[]a\n");
  CHECK_EQUAL(mark("$", "a\n"), "a[]\n[]");
  CHECK_EQUAL(mark("\\Aa|a\\z", "aaa"), "[a]a[a]");
  CHECK_EQUAL(mark("a\\Z", "a\n"), "[a]\n");
  CHECK_EQUAL(mark("\\b\\w", "ab cd"), "[a]b [c]d");
  CHECK_EQUAL(mark("(?m).+", "a\nb"), "[a\nb]");
  CHECK_EQUAL(mark(".+", "a\nb"), "[a]\n[b]");
}

TEST(look_around_reads_nothing) {
  CHECK_EQUAL(mark("\\s+(?!\\S)|\\s+", "a   b "), "a[  ][ ]b[ ]");
  CHECK_EQUAL(mark("a(?=b)", "abac"), "[a]bac");
  CHECK_EQUAL(mark("(?<=a|bc)d", "adbcdd"), "a[d]bc[d]d");
  CHECK_EQUAL(mark("(?<!a+)b", "aabb"), "aab[b]");
  CHECK_EQUAL(mark("(?<=a*?b)c", "aabc"), "aab[c]");
}

TEST(empty_matches_do_not_follow_a_match) {
  CHECK_EQUAL(mark("", "a\xC3\xA9"), "[]a[]\xC3\xA9[]");
  CHECK_EQUAL(mark("x*", "axxb"), "[]a[xx]b[]");
  CHECK_EQUAL(mark("(?:a?)*", "aab"), "[aa]b[]");
  CHECK_EQUAL(mark("(?:|a)+", "aa"), "[]a[]a[]");
}

TEST(classes_can_be_nested_negated_and_intersected) {
  CHECK_EQUAL(mark("[a-c&&b-d]", "abcd"), "a[b][c]d");
  CHECK_EQUAL(mark("[a[^b]]", "abc"), "[a]b[c]");
  CHECK_EQUAL(mark("[^a&&b]", "bc"), "[b][c]");
  CHECK_EQUAL(mark("[]a-]", "]-b"), "[]][-]b");
  CHECK_EQUAL(mark("[[:digit:][:^ascii:]]", "a1\xC3\xA9"), "a[1][\xC3\xA9]");
  CHECK_EQUAL(mark("[\\d\\]]", "1]"), "[1][]]");
  CHECK_EQUAL(mark("\\p{^Lu}", "aA"), "[a]A");
  CHECK_EQUAL(mark("\\P{Letter}", "a1"), "a[1]");
}

TEST(case_may_be_ignored) {
  CHECK_EQUAL(mark("(?i:'s)", "'S's'\xC5\xBF"), "['S]['s]['\xC5\xBF]");
  CHECK_EQUAL(mark("a(?i)b|c", "aBaC"), "[aB][aC]");
}

TEST(what_is_not_known_is_refused) {
  refused("(a", "'(' without ')'");
  refused("a)", "')' without '('");
  refused("*a", "nothing to repeat");
  refused("a|+", "nothing to repeat");
  refused("[a", "without ']'");
  refused("[]", "an empty class");
  refused("[b-a]", "wrong way round");
  refused("[\\w-a]", "begins with a class");
  refused("(a)\\1", "back-references");
  refused("(?s).", "not supported");
  refused("\\p{Foo}", "not known");
  refused("^*", "assertion cannot be repeated");
  refused("a{100001}", "above 100000");
  refused("(?:(?:ab){1000}){1000}", "too large");
  refused(std::string(1000, '(') + std::string(1000, ')'), "nested too deeply");
  refused("\\", "ends too early");
  std::string many;
  for (int i = 0; i < 9000; ++i) {
    many += "\\p{L}";
  }
  refused(many, "too many classes");
}

TEST(time_is_linear_where_others_explode) {
  for (const std::string_view pattern :
       {"^(\\w+\\s?)*$", "(a|aa)+$", "(a*)*b", "((a+)+)+b", "(a|a)*c", "(?:a*a*a*a*)c", " *x|.",
        "(?=(a+)+b)a", "a++b|.", "(.*)*c", "(?:a?){50}a{50}b", "(a|b|ab)*c", "(?<=a+b)c|a"}) {
    const Regex regex(pattern);
    for (const std::size_t size : {30, 3000}) {
      const std::string text = std::string(size, pattern.front() == ' ' ? ' ' : 'a') + "!";
      const double seconds = seconds_for(regex, text);
      if (seconds > 0.1 * kSlowdown) {
        check::failed(__FILE__, __LINE__,
                      std::string(pattern) + " takes " + std::to_string(seconds));
      }
    }
  }
}

TEST(time_grows_with_the_text) {
  for (const std::string_view pattern :
       {"\\w+\\s?(?=x)|.", "a*x|.", "(a|aa)+$|.", "a+?b|.", "a++b|.", "(?>a+)b|.", "a*a*a*b|.",
        "(?:\\w+\\s?)*!|.", "[^b]*?b|.", "(?:a*)*b|.", "((a*)*)*b|.", "(?:a*b?)*c|."}) {
    const Regex regex(pattern);
    double least[2] = {1e9, 1e9};
    for (int round = 0; round < 3; ++round) {
      least[0] = std::min(least[0], seconds_for(regex, std::string(4'000, 'a')));
      least[1] = std::min(least[1], seconds_for(regex, std::string(32'000, 'a')));
    }
    if (least[1] > 48 * std::max(least[0], 1e-3 * kSlowdown)) {
      check::failed(__FILE__, __LINE__, std::string(pattern) + " is not linear");
    }
  }
}

TEST(characters_may_fold_to_several) {
  CHECK_EQUAL(mark("(?i)ss", "\xC3\x9FSs"), "[\xC3\x9F][Ss]");
  CHECK_EQUAL(mark("(?i)\xC3\x9F", "sS"), "[sS]");
  CHECK_EQUAL(mark("(?i)[\xC3\x9F]+", "ssS"), "[ss]S");
  // The longest from the left, and never in look-behind.
  CHECK_EQUAL(mark("(?i)ffi", "\xEF\xAC\x83 \xEF\xAC\x80i"), "[\xEF\xAC\x83] \xEF\xAC\x80i");
  CHECK_EQUAL(mark("(?i)(?<=ss)a",
                   "\xC3\x9F"
                   "a"),
              "\xC3\x9F"
              "a");
}

TEST(properties_go_by_many_names) {
  CHECK_EQUAL(mark("\\p{Han}|\\p{greek}", "a\xE6\xBC\xA2\xCE\xB1"), "a[\xE6\xBC\xA2][\xCE\xB1]");
  CHECK_EQUAL(mark("\\p{ Lowercase-Letter }\\p{Emoji}", "a\xF0\x9F\x98\x80"),
              "[a\xF0\x9F\x98\x80]");
  CHECK_EQUAL(mark("[[:alpha:]]\\p{Alnum}\\p{LC}\\p{Any}\\p{Nd}", "a1a.1"), "[a1a.1]");
  // The table for Latin-1 is not that for classes.
  CHECK_EQUAL(mark("\\w", "\xC2\xB2"), "[\xC2\xB2]");
  CHECK_EQUAL(mark("[\\w]", "\xC2\xB2"), "\xC2\xB2");
}

TEST(look_behind_takes_no_groups_that_choose_for_good) {
  refused("(?<=(?>a|ab)c)d", "atomic group in look-behind");
  refused("(?<=a++)d", "possessive quantifier in look-behind");
  refused("(?<=(?<!b)a)c", "look-around in look-behind");
}

TEST(memory_keeps_what_other_machines_find) {
  // Enough failures that memory is taken; the answer is that of the first few characters.
  const std::string many(200, 'a');
  CHECK_EQUAL(mark("(?:a|aa)+b|a{3}$", many), std::string(197, 'a') + "[aaa]");
  CHECK_EQUAL(mark("(?:(?:a|aa)*,)?a$", many), std::string(199, 'a') + "[a]");
  CHECK_EQUAL(mark("(?>(?:a|aa)+c|a{199})a", many), "[" + many + "]");
  CHECK_EQUAL(mark("(?:(?:|a)*b)?(?:a{2})*", many + "a"), "[" + many + "]a[]");
}
