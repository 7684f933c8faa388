#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/cache.h"
#include "runtime/session.h"

namespace onnxformers::models {

/// What an input of a decoder's session is fed with.
enum class Feed : std::uint8_t {
  Ids,
  Embeds,  ///< vectors of the tokens, in place of ids
  Mask,
  Positions,
  CacheBranch,   ///< whether the cache holds anything (merged exports)
  LogitsToKeep,  ///< for how many of the last tokens scores are wanted
  Past,          ///< an array of the cache
  Fixed,         ///< the same all along: what an encoder gave, features of an image, ...
};

/// A session of a decoder, with its names in the order of a run.
struct DecoderPass {
  struct Input {
    Feed feed = Feed::Fixed;
    std::size_t slot = 0;  ///< of a Past
    const runtime::NodeInfo* node = nullptr;
  };

  std::shared_ptr<const runtime::Session> session;
  std::vector<Input> inputs;
  std::vector<const char*> input_names;
  /// Scores, the vectors of the last layer where they are given, then the cache.
  std::vector<const char*> output_names;
  bool has_hidden = false;
  std::vector<std::size_t> presents;  ///< slots, in the order of the last outputs
};

/// The sessions of a decoder and how they are fed. Immutable: many generations share one.
class DecoderGraph {
 public:
  using SharedSession = std::shared_ptr<const runtime::Session>;

  /// @param first runs the tokens that a generation begins with.
  /// @param later runs the others; may be the same session.
  /// @param slots as the session that takes a cache declares them; none for a model without.
  /// @param embedder makes vectors of ids, for decoders that read these; else nullptr.
  /// @param positions tokens of a row that the model has positions for; 0: not known, or no limit.
  /// Throws FileFormat for a session that does not fit them.
  DecoderGraph(SharedSession first, SharedSession later, std::vector<CacheSlot> slots,
               SharedSession embedder, std::size_t positions);

  [[nodiscard]] const std::vector<CacheSlot>& slots() const noexcept { return slots_; }
  [[nodiscard]] bool has_cache() const noexcept { return !slots_.empty(); }
  [[nodiscard]] const DecoderPass& first() const noexcept { return first_; }
  /// Of the steps after the first one; for a model without cache the same.
  [[nodiscard]] const DecoderPass& later() const noexcept { return later_; }

  /// Whether a later step may read several tokens of a row. Exports that have a graph of their own
  /// for these steps may have recorded it without the mask that hides a token from those before it.
  [[nodiscard]] bool reads_many() const noexcept { return reads_many_; }

  [[nodiscard]] std::size_t positions() const noexcept { return positions_; }

  [[nodiscard]] const SharedSession& embedder() const noexcept { return embedder_; }

  /// Whether an input of a session takes this name.
  [[nodiscard]] bool has_input(std::string_view name) const;

 private:
  [[nodiscard]] DecoderPass make_pass(SharedSession session, bool is_first) const;
  void add_outputs(DecoderPass& pass, bool is_first) const;
  void check_embedder() const;

  std::vector<CacheSlot> slots_;
  DecoderPass first_;
  DecoderPass later_;
  SharedSession embedder_;
  std::size_t positions_;
  bool reads_many_ = false;
};

}  // namespace onnxformers::models
