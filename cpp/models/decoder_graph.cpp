#include "models/decoder_graph.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/errors.h"

namespace onnxformers::models {

namespace {

using runtime::NodeInfo;

constexpr std::string_view kPlace = "generate";
constexpr std::string_view kScores = "logits";
constexpr std::string_view kLastHidden = "last_hidden_state";
constexpr std::string_view kHiddenOfLayer = "hidden_states.";

constexpr auto kFeeds = std::to_array<std::pair<std::string_view, Feed>>({
    {"input_ids", Feed::Ids},
    {"decoder_input_ids", Feed::Ids},
    {"inputs_embeds", Feed::Embeds},
    {"attention_mask", Feed::Mask},
    {"decoder_attention_mask", Feed::Mask},
    {"position_ids", Feed::Positions},
    {"decoder_position_ids", Feed::Positions},
    {"use_cache_branch", Feed::CacheBranch},
    {"num_logits_to_keep", Feed::LogitsToKeep},
    {"logits_to_keep", Feed::LogitsToKeep},
});

Feed feed_of(std::string_view name) {
  const auto* const row =
      std::ranges::find(kFeeds, name, &std::pair<std::string_view, Feed>::first);
  return row == kFeeds.end() ? Feed::Fixed : row->second;
}

void check_type(const NodeInfo& node, Feed feed) {
  const auto wanted = feed == Feed::CacheBranch ? ort::ElemType::Bool : ort::ElemType::Int64;
  if (node.type != wanted) {
    fail(ErrorKind::FileFormat, kPlace,
         "input '" + node.name + "' of a decoder must be " + runtime::element_type(wanted).name +
             ", this one is " + runtime::element_type(node.type).name);
  }
}

const NodeInfo* find_node(const std::vector<NodeInfo>& nodes, std::string_view name) {
  const auto found = std::ranges::find(nodes, name, &NodeInfo::name);
  return found == nodes.end() ? nullptr : &*found;
}

/// Vectors of the last layer: by name, or those of the layer with the highest number.
const NodeInfo* find_hidden(const std::vector<NodeInfo>& outputs) {
  const NodeInfo* found = find_node(outputs, kLastHidden);
  if (found != nullptr) {
    return found;
  }
  for (const NodeInfo& node : outputs) {
    const bool is_layer = node.name.starts_with(kHiddenOfLayer);
    // A longer number is a higher one.
    if (is_layer && (found == nullptr || std::pair(node.name.size(), node.name) >
                                             std::pair(found->name.size(), found->name))) {
      found = &node;
    }
  }
  return found;
}

}  // namespace

DecoderGraph::DecoderGraph(SharedSession first, SharedSession later, std::vector<CacheSlot> slots,
                           SharedSession embedder, std::size_t positions)
    : slots_(std::move(slots)), embedder_(std::move(embedder)), positions_(positions) {
  for (CacheSlot& slot : slots_) {
    const NodeInfo* node = find_node(later->inputs(), slot.input);
    if (node == nullptr) {
      fail(ErrorKind::FileFormat, kPlace, "the decoder has no input '" + slot.input + "'");
    }
    slot.type = node->type;
  }
  first_ = make_pass(first, true);
  later_ = make_pass(later, !has_cache());
  check_embedder();
  reads_many_ = first == later &&
                std::ranges::find(first_.inputs, Feed::CacheBranch, &DecoderPass::Input::feed) ==
                    first_.inputs.end();
}

void DecoderGraph::check_embedder() const {
  const auto& inputs = later_.inputs;
  const bool needs_one =
      std::ranges::find(inputs, Feed::Embeds, &DecoderPass::Input::feed) != inputs.end();
  const bool has_one = embedder_ != nullptr && embedder_->inputs().size() == 1 &&
                       embedder_->tensor_input(0).type == ort::ElemType::Int64 &&
                       !embedder_->outputs().empty();
  if (needs_one && !has_one) {
    fail(ErrorKind::FileFormat, kPlace,
         "the decoder takes 'inputs_embeds': it needs the session embed_tokens, which makes them "
         "of ids");
  }
}

DecoderPass DecoderGraph::make_pass(SharedSession session, bool is_first) const {
  DecoderPass pass;
  pass.session = std::move(session);
  for (const NodeInfo& node : pass.session->inputs()) {
    const auto slot = std::ranges::find(slots_, node.name, &CacheSlot::input);
    const bool is_past = slot != slots_.end();
    const Feed feed = is_past ? Feed::Past : feed_of(node.name);
    if (feed != Feed::Past && feed != Feed::Fixed && feed != Feed::Embeds) {
      check_type(node, feed);
    }
    pass.inputs.push_back(
        {.feed = feed, .slot = static_cast<std::size_t>(slot - slots_.begin()), .node = &node});
    pass.input_names.push_back(node.name.c_str());
  }
  add_outputs(pass, is_first);
  return pass;
}

void DecoderGraph::add_outputs(DecoderPass& pass, bool is_first) const {
  const std::vector<NodeInfo>& nodes = pass.session->outputs();
  const NodeInfo* scores = find_node(nodes, kScores);
  if (scores == nullptr) {
    fail(ErrorKind::FileFormat, kPlace, "the decoder has no output 'logits': it cannot write text");
  }
  pass.output_names.push_back(scores->name.c_str());
  if (const NodeInfo* hidden = find_hidden(nodes); hidden != nullptr) {
    pass.has_hidden = true;
    pass.output_names.push_back(hidden->name.c_str());
  }
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    // Later steps give nothing, or something empty, for the encoder's part.
    if (slots_[i].is_encoder && !is_first) {
      continue;
    }
    const NodeInfo* node = find_node(nodes, slots_[i].output);
    if (node == nullptr) {
      fail(ErrorKind::FileFormat, kPlace, "the decoder has no output '" + slots_[i].output + "'");
    }
    pass.output_names.push_back(node->name.c_str());
    pass.presents.push_back(i);
  }
}

bool DecoderGraph::has_input(std::string_view name) const {
  return find_node(first_.session->inputs(), name) != nullptr ||
         find_node(later_.session->inputs(), name) != nullptr;
}

}  // namespace onnxformers::models
