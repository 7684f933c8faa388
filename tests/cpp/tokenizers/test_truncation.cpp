#include <string>

#include "check.h"
#include "tokenizers/truncation.h"

using namespace onnxformers::tokenizers;
using onnxformers::ErrorKind;

namespace {

std::string kept(std::size_t first, std::size_t second, TruncationStrategy strategy,
                 std::size_t room) {
  const Kept kept = plan_truncation(first, second, true, strategy, room);
  return std::to_string(kept.first) + "+" + std::to_string(kept.second);
}

std::string parts(std::size_t length, std::size_t room, std::size_t stride, Side side,
                  bool with_overflow = true) {
  Truncation truncation;
  truncation.stride = stride;
  truncation.side = side;
  std::string text;
  for (const TokenSlice& slice : cut(length, room, truncation, with_overflow)) {
    text += std::to_string(slice.begin) + "-" + std::to_string(slice.end) + " ";
  }
  return text;
}

constexpr auto kLongest = TruncationStrategy::LongestFirst;

}  // namespace

TEST(the_longer_text_is_cut_first) {
  CHECK_EQUAL(kept(2, 4, kLongest, 7), "2+4");
  CHECK_EQUAL(kept(2, 8, kLongest, 7), "2+5");
  CHECK_EQUAL(kept(8, 2, kLongest, 7), "5+2");
  CHECK_EQUAL(kept(8, 8, kLongest, 7), "3+4");
  CHECK_EQUAL(kept(9, 8, kLongest, 7), "4+3");
  CHECK_EQUAL(kept(0, 8, kLongest, 7), "0+7");
  CHECK_EQUAL(kept(8, 8, kLongest, 0), "0+0");
}

TEST(only_one_text_is_cut_where_that_is_asked_for) {
  CHECK_EQUAL(kept(5, 4, TruncationStrategy::OnlyFirst, 6), "2+4");
  CHECK_EQUAL(kept(5, 4, TruncationStrategy::OnlySecond, 6), "5+1");
  CHECK_EQUAL(kept(5, 4, TruncationStrategy::DoNotTruncate, 6), "5+4");
  CHECK_ERROR(ErrorKind::InvalidArgument, "cutting only the first text: 4 tokens are too many",
              kept(2, 8, TruncationStrategy::OnlyFirst, 6));
  CHECK_ERROR(ErrorKind::InvalidArgument, "needs a second text",
              plan_truncation(9, 0, false, TruncationStrategy::OnlySecond, 6).first);
}

TEST(parts_overlap_by_the_stride) {
  CHECK_EQUAL(parts(10, 4, 0, Side::Right), "0-4 4-8 8-10 ");
  CHECK_EQUAL(parts(10, 4, 2, Side::Right), "0-4 2-6 4-8 6-10 ");
  CHECK_EQUAL(parts(10, 4, 0, Side::Left), "6-10 2-6 0-2 ");
  CHECK_EQUAL(parts(10, 4, 3, Side::Left), "6-10 5-9 4-8 3-7 2-6 1-5 0-4 ");
  CHECK_EQUAL(parts(10, 4, 2, Side::Right, false), "0-4 ");
  CHECK_EQUAL(parts(4, 4, 9, Side::Right), "0-4 ");
}

TEST(what_keeps_nothing_overflows_as_a_whole) {
  CHECK_EQUAL(parts(3, 0, 0, Side::Right), "0-0 0-3 ");
  CHECK_EQUAL(parts(3, 0, 0, Side::Right, false), "0-0 ");
}

TEST(a_stride_as_long_as_a_part_is_refused) {
  CHECK_ERROR(ErrorKind::InvalidArgument, "stride must be less than the 4 tokens",
              parts(10, 4, 4, Side::Right));
}
