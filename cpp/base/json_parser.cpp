#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <limits>
#include <string>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/errors.h"
#include "base/json_number.h"
#include "base/json_store.h"
#include "base/utf8.h"

namespace onnxformers::json {

namespace {

// Bytes of a string that are looked at together.
#if defined(__SSE2__)
constexpr std::size_t kBlock = sizeof(__m128i);

/// How many bytes a block begins with that are neither `"`, `\` nor control characters; nor, if so
/// asked, outside ASCII.
std::size_t plain_bytes(const char* block, bool only_ascii) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block));
  const __m128i control = _mm_set1_epi8(0x1F);
  const __m128i special = _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes),
                                       _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                                    _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
  auto found = static_cast<unsigned>(_mm_movemask_epi8(special));
  found |= only_ascii ? static_cast<unsigned>(_mm_movemask_epi8(bytes)) : 0;
  return static_cast<std::size_t>(std::countr_zero(found | 1U << kBlock));
}
#else
constexpr std::size_t kBlock = sizeof(std::uint64_t);

/// The same; where bytes are in another order it may stop too early.
std::size_t plain_bytes(const char* block, bool only_ascii) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  std::uint64_t word = 0;
  std::memcpy(&word, block, sizeof word);
  const std::uint64_t quote = word ^ (kOnes * '"');
  const std::uint64_t backslash = word ^ (kOnes * '\\');
  // A borrow can only mark a byte above one that is marked rightly, so zero means a plain word.
  const std::uint64_t special =
      (((word - (kOnes * 0x20)) | (quote - kOnes) | (backslash - kOnes)) & ~word & kHighBits) |
      (only_ascii ? word & kHighBits : 0);
  if constexpr (std::endian::native != std::endian::little) {
    return special == 0 ? kBlock : 0;
  }
  return static_cast<std::size_t>(std::countr_zero(special)) / 8;
}
#endif

/// Numbers of so many digits fit into 64 bits, those with fewer into signed ones.
constexpr std::size_t kSafeDigits = 19;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/// One pass over the text. `pending_` holds the finished values of the containers that are still
/// open; when one closes, its children move to Store::nodes in one piece, so that they stand side
/// by side. Every read stops at the end of the text or at the zero that ends a std::string.
class Parser {
 public:
  Parser(Store& store, const Limits& limits)
      : store_(store),
        limits_(limits),
        data_(store.text.data()),
        size_(store.text.size()),
        is_checked_(utf8::is_valid(store.text)) {}

  void run() {
    // What vocabularies come to; memory that is not written costs nothing, growing costs copies.
    store_.nodes.reserve(size_ / 8);
    pending_.reserve(size_ / 16);
    position_ = store_.text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
    do {
      skip_space();
    } while (begin_value() || end_values());
    store_.nodes.push_back(pending_.back());
  }

 private:
  struct Frame {
    std::size_t first;  ///< of its children in pending_
    Type type;
  };

  [[noreturn]] void error(std::size_t position, std::string_view what) const {
    std::string message = "byte " + std::to_string(position) + ": ";
    if (position >= size_) {
      message += "the text ends here; ";
    }
    fail(ErrorKind::FileFormat, "json", message.append(what));
  }

  /// 0 at the end, as std::string guarantees; a zero inside the text is never legal either.
  [[nodiscard]] char peek() const { return data_[position_]; }

  void skip_space() {
    while (is_space(peek())) {
      ++position_;
    }
  }

  void push(Node node) {
    if (values_++ >= limits_.max_values) {
      error(position_, "more values than the limit of " + std::to_string(limits_.max_values));
    }
    pending_.push_back(node);
  }

  /// Reads a scalar or an empty container, or opens a container; true when a value must follow.
  bool begin_value() {
    switch (peek()) {
      case '{':
        return open(Type::Object, '}');
      case '[':
        return open(Type::Array, ']');
      case '"':
        string();
        return false;
      case 't':
        literal("true", Type::Bool);
        pending_.back() = Node(Type::Bool, 1, 0);
        return false;
      case 'f':
        literal("false", Type::Bool);
        return false;
      case 'n':
        literal("null", Type::Null);
        return false;
      default:
        number();
        return false;
    }
  }

  /// After a complete value: closes what ends here. True when another value must follow, false at
  /// the end of the document.
  bool end_values() {
    for (;;) {
      skip_space();
      if (frames_.empty()) {
        if (position_ != size_) {
          error(position_, "expected nothing more after the value");
        }
        return false;
      }
      const bool is_object = frames_.back().type == Type::Object;
      if (peek() == ',') {
        ++position_;
        if (is_object) {
          skip_space();
          key();
        }
        return true;
      }
      if (peek() != (is_object ? '}' : ']')) {
        error(position_, is_object ? "expected ',' or '}'" : "expected ',' or ']'");
      }
      close();
    }
  }

  bool open(Type type, char end) {
    if (frames_.size() >= limits_.max_depth) {
      error(position_, "nested deeper than the limit of " + std::to_string(limits_.max_depth));
    }
    frames_.push_back({.first = pending_.size(), .type = type});
    ++position_;
    skip_space();
    if (peek() == end) {
      close();
      return false;
    }
    if (type == Type::Object) {
      key();
    }
    return true;
  }

  void close() {
    const Frame frame = frames_.back();
    frames_.pop_back();
    ++position_;
    auto& nodes = store_.nodes;
    const auto values = static_cast<std::uint32_t>(pending_.size() - frame.first);
    const bool is_object = frame.type == Type::Object;
    const Node node(frame.type, static_cast<std::uint32_t>(nodes.size()),
                    is_object ? values / 2 : values);
    if (is_object && node.size() > kLargeObject) {
      store_.indexes.emplace_back(node.first());
    }
    const auto first = pending_.begin() + static_cast<std::ptrdiff_t>(frame.first);
    nodes.insert(nodes.end(), first, pending_.end());
    pending_.resize(frame.first);
    push(node);
  }

  void key() {
    if (peek() != '"') {
      error(position_, "expected a key in double quotes");
    }
    string();
    skip_space();
    if (peek() != ':') {
      error(position_, "expected ':' after the key");
    }
    ++position_;
  }

  void literal(std::string_view word, Type type) {
    if (!std::string_view(data_ + position_, size_ - position_).starts_with(word)) {
      error(position_, "expected a value");
    }
    position_ += word.size();
    push(Node(type, 0, 0));
  }

  void number();
  void convert_number(std::size_t start, bool is_integer);
  void push_integer(std::int64_t value);
  void push_number(double value);
  std::uint64_t digits(std::uint64_t value);
  void string();
  std::size_t plain_end();
  char* escape(char* out);
  char32_t escaped_code();
  std::uint32_t hex4();

  Store& store_;
  const Limits& limits_;
  char* data_;
  std::size_t size_;
  bool is_checked_;  // otherwise the UTF-8 is broken somewhere in the text
  std::size_t position_ = 0;
  std::size_t values_ = 0;  // and keys, so far
  std::vector<Node> pending_;
  std::vector<Frame> frames_;
};

/// Reads digits behind those of `value`; beyond 64 bits the result says nothing.
std::uint64_t Parser::digits(std::uint64_t value) {
  if (!is_digit(peek())) {
    error(position_, "expected a digit");
  }
  for (; is_digit(peek()); ++position_) {
    value = (value * 10) + static_cast<std::uint64_t>(peek() - '0');
  }
  return value;
}

void Parser::number() {
  const std::size_t start = position_;
  const bool is_negative = peek() == '-';
  if (is_negative) {
    ++position_;
  } else if (!is_digit(peek())) {
    error(position_, "expected a value");
  }
  const bool leads_with_zero = peek() == '0';
  const std::size_t first_digit = position_;
  std::uint64_t value = digits(0);
  std::size_t count = position_ - first_digit;
  if (leads_with_zero && count > 1) {
    error(first_digit, "a number must not begin with 0");
  }
  std::size_t places = 0;
  if (peek() == '.') {
    ++position_;
    const std::size_t first_place = position_;
    value = digits(value);
    places = position_ - first_place;
    count += places;
  }
  const bool has_exponent = peek() == 'e' || peek() == 'E';
  if (has_exponent) {
    ++position_;
    if (peek() == '+' || peek() == '-') {
      ++position_;
    }
    (void)digits(0);
  }
  // What most numbers are is known by now.
  if (!has_exponent && places == 0 && count < kSafeDigits) {
    const auto integer = static_cast<std::int64_t>(value);
    push_integer(is_negative ? -integer : integer);
  } else if (!has_exponent && count <= kSafeDigits && limits_.scales_numbers) {
    const double scaled = divided_by_power_of_ten(value, places);
    push_number(is_negative ? -scaled : scaled);
  } else {
    convert_number(start, !has_exponent && places == 0);
  }
}

/// Any number that ends at position_, from its text.
void Parser::convert_number(std::size_t start, bool is_integer) {
  const std::string_view text(data_ + start, position_ - start);
  std::int64_t integer = 0;
  if (is_integer &&
      std::from_chars(text.data(), text.data() + text.size(), integer).ec == std::errc{}) {
    push_integer(integer);
    return;
  }
  const auto value = limits_.scales_numbers ? to_scaled_double(text) : to_double(text);
  if (!value) {
    error(start, "a number beyond the range of a double");
  }
  push_number(*value);
}

void Parser::push_number(double value) {
  push(Node(Type::Number, static_cast<std::uint32_t>(store_.numbers.size()), 0));
  store_.numbers.push_back(value);
}

void Parser::push_integer(std::int64_t value) {
  if (value >= 0 && value <= std::numeric_limits<std::uint32_t>::max()) {
    push(Node(Type::Integer, static_cast<std::uint32_t>(value), Store::kInPlace));
    return;
  }
  push(Node(Type::Integer, static_cast<std::uint32_t>(store_.integers.size()), 0));
  store_.integers.push_back(value);
}

/// Steps over plain characters of a string, checking the UTF-8 unless that of the whole text is
/// known to be right; returns the position of the quote or backslash behind them.
std::size_t Parser::plain_end() {
  std::size_t at = position_;
  for (;;) {
    while (size_ - at >= kBlock) {
      const std::size_t plain = plain_bytes(data_ + at, !is_checked_);
      at += plain;
      if (plain != kBlock) {
        break;
      }
    }
    const auto byte = static_cast<unsigned char>(data_[at]);
    if (byte == '"' || byte == '\\') {
      return at;
    }
    if (byte < 0x20) {
      error(at, at >= size_ ? "expected '\"'" : "a control character in a string must be escaped");
    }
    if (byte < 0x80 || is_checked_) {
      ++at;
      continue;
    }
    const std::uint8_t length = utf8::decode_multibyte({data_, size_}, at).length;
    if (length == 1) {
      error(at, "not well-formed UTF-8");
    }
    at += length;
  }
}

void Parser::string() {
  const std::size_t start = ++position_;
  position_ = plain_end();
  char* out = data_ + position_;
  while (data_[position_] == '\\') {
    out = escape(out);
    const std::size_t from = position_;
    position_ = plain_end();
    std::memmove(out, data_ + from, position_ - from);
    out += position_ - from;
  }
  ++position_;
  const auto size = static_cast<std::size_t>(out - (data_ + start));
  if (size > Node::kMaxSize) {
    error(start, "a string longer than " + std::to_string(Node::kMaxSize) + " bytes");
  }
  push(Node(Type::String, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(size)));
}

/// Resolves one escape at position_ to `out`, which lies at or before it.
char* Parser::escape(char* out) {
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
  const char name = data_[++position_];
  if (const std::size_t found = kNames.find(name); found != std::string_view::npos) {
    ++position_;
    *out = kValues[found];
    return out + 1;
  }
  if (name != 'u') {
    error(position_ - 1, "unknown escape");
  }
  std::string encoded;  // 4 bytes at most: no allocation
  utf8::append(encoded, escaped_code());
  return std::ranges::copy(encoded, out).out;
}

/// The code point of \uXXXX or of a surrogate pair of them; position_ at the u.
char32_t Parser::escaped_code() {
  const std::size_t start = position_ - 1;
  const std::uint32_t first = hex4();
  if (first < 0xD800 || first > 0xDFFF) {
    return first;
  }
  if (first < 0xDC00 && peek() == '\\' && data_[position_ + 1] == 'u') {
    ++position_;
    const std::uint32_t second = hex4();
    if (second >= 0xDC00 && second <= 0xDFFF) {
      return 0x10000 + ((first - 0xD800) << 10U) + (second - 0xDC00);
    }
  }
  error(start, "escape of a lone surrogate");
}

std::uint32_t Parser::hex4() {
  ++position_;
  std::uint32_t value = 0;
  const std::size_t end = std::min(position_ + 4, size_);
  const auto result = std::from_chars(data_ + position_, data_ + end, value, 16);
  if (result.ptr != data_ + position_ + 4) {
    error(static_cast<std::size_t>(result.ptr - data_), "expected four hexadecimal digits");
  }
  position_ += 4;
  return value;
}

}  // namespace

void parse_into(Store& store, const Limits& limits) {
  // Positions are kept in 32 bits.
  constexpr std::size_t kMostBytes = std::numeric_limits<std::uint32_t>::max() - 1;
  const std::size_t most = std::min(limits.max_bytes, kMostBytes);
  if (store.text.size() > most) {
    fail(ErrorKind::FileFormat, "json",
         "byte " + std::to_string(most) + ": the text has " + std::to_string(store.text.size()) +
             " bytes, the limit is " + std::to_string(most));
  }
  Parser(store, limits).run();
}

}  // namespace onnxformers::json
