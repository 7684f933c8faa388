#include <algorithm>
#include <limits>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/errors.h"
#include "base/json.h"
#include "tokenizers/compiled_json.h"
#include "tokenizers/decoders/join.h"
#include "tokenizers/tokenizer.h"

namespace onnxformers::tokenizers {

namespace {

json::Document parse(std::string data) {
  try {
    json::Limits limits;
    limits.scales_numbers = true;
    return json::Document::parse(std::move(data), limits);
  } catch (const Error& e) {
    fail(e.kind(), "tokenizer.json", e.what());
  }
}

// The settings are off after loading; a broken file must still be told from a good one.
void check_truncation(const Field& root) {
  const auto field = root.find("truncation");
  if (!field) {
    return;
  }
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  (void)field->member("max_length").as_integer(0, kMost);
  for (const char* name : {"strategy", "direction"}) {
    if (const auto value = field->find(name)) {
      (void)value->as_string();
    }
  }
  if (const auto stride = field->find("stride")) {
    (void)stride->as_integer(0, kMost);
  }
}

void check_new_token(const AddedToken& token, std::uint32_t next_id) {
  if (token.content.size() > AddedVocabulary::kMaxContentBytes) {
    fail(ErrorKind::InvalidArgument, "Tokenizer",
         "an added token may have at most " + std::to_string(AddedVocabulary::kMaxContentBytes) +
             " bytes, got one with " + std::to_string(token.content.size()));
  }
  if (next_id >= kMaxTokenId) {
    fail(ErrorKind::InvalidArgument, "Tokenizer",
         "ids must be less than " + std::to_string(kMaxTokenId) + "; no more tokens can be added");
  }
}

std::optional<FilePadding> read_padding(const Field& root) {
  const auto field = root.find("padding");
  if (!field) {
    return std::nullopt;
  }
  FilePadding padding;
  if (const auto id = field->find("pad_id")) {
    padding.pad_id = id->as_token_id();
  }
  if (const auto type_id = field->find("pad_type_id")) {
    padding.pad_type_id = type_id->as_token_id();
  }
  padding.pad_token = field->string_or("pad_token", "");
  return padding;
}

}  // namespace

std::shared_ptr<const Tokenizer> Tokenizer::from_json(std::string data, std::string* compiled) {
  const json::Document document = parse(std::move(data));
  const Field root(document.root());
  (void)root.expect(json::Type::Object);
  if (compiled == nullptr) {
    return read(root, nullptr);
  }
  TableArchive archive;
  std::string rest = without_tables(document.root());
  archive(rest);
  auto tokenizer = read(root, &archive);
  *compiled = archive.write();
  return tokenizer;
}

std::shared_ptr<const Tokenizer> Tokenizer::from_compiled(std::shared_ptr<const MappedFile> file,
                                                          std::string* rest) {
  TableArchive archive(std::move(file));
  std::string text;
  archive(text);
  if (rest != nullptr) {
    *rest = text;
  }
  const json::Document document = parse(std::move(text));
  return read(Field(document.root()), &archive);
}

std::shared_ptr<const Tokenizer> Tokenizer::read(const Field& root, TableArchive* archive) {
  std::shared_ptr<Tokenizer> tokenizer(new Tokenizer());
  tokenizer->read_components(root, archive);
  check_truncation(root);
  tokenizer->file_padding_ = read_padding(root);
  return tokenizer;
}

void Tokenizer::read_components(const Field& root, TableArchive* archive) {
  const auto read = [&](const char* stage, auto make) -> decltype(make(root)) {
    const auto field = root.find(stage);
    components_[stage] = std::nullopt;
    if (!field) {
      return nullptr;
    }
    auto component = make(*field);
    components_[stage] = field->string_or("type", "");
    return component;
  };
  normalizer_ =
      read("normalizer", [archive](const Field& field) { return make_normalizer(field, archive); });
  if (normalizer_ != nullptr) {
    components_["normalizer"] = normalizer_type(root.member("normalizer"));
  }
  pre_tokenizer_ = read("pre_tokenizer", make_pre_tokenizer);
  decoder_ = read("decoder", make_decoder);
  if (decoder_ == nullptr) {
    decoder_ = std::make_unique<JoinDecoder>();
  }
  const auto post_processor = read("post_processor", make_post_processor);
  std::string model_type;
  model_ = make_model(root.member("model"), model_type, archive);
  components_["model"] = model_type;
  const auto added = root.find("added_tokens");
  set_added_tokens(added ? AddedVocabulary::read(*added) : std::vector<AddedToken>(), archive);
  make_plans(post_processor.get());
}

void Tokenizer::set_added_tokens(std::vector<AddedToken> tokens, TableArchive* archive) {
  added_ = std::make_shared<AddedVocabulary>(std::move(tokens), normalizer_.get(), archive);
  vocab_size_ = model_->vocabulary().size();
  for (const AddedToken& token : added_->tokens()) {
    vocab_size_ = std::max(vocab_size_, token.id + 1);
  }
  set_token_spaces();
  make_token_kinds();
  fast_path_ = make_fast_path(
      {
          .normalizer = normalizer_.get(),
          .pre_tokenizer = pre_tokenizer_.get(),
          .model = *model_,
          .added = *added_,
      },
      archive);
}

void Tokenizer::set_token_spaces() {
  token_spaces_ = std::make_shared<TokenSpaces>(
      vocab_size_, [this](std::uint32_t id) { return id_to_token(id); });
  for (auto& plans : plans_) {
    for (PostPlan& plan : plans) {
      plan.token_spaces = token_spaces_.get();
    }
  }
}

std::shared_ptr<Tokenizer> Tokenizer::share() const {
  std::shared_ptr<Tokenizer> other(new Tokenizer());
  other->normalizer_ = normalizer_;
  other->added_ = added_;
  other->pre_tokenizer_ = pre_tokenizer_;
  other->model_ = model_;
  other->decoder_ = decoder_;
  other->fast_path_ = fast_path_;
  other->kinds_ = kinds_;
  other->plans_ = plans_;
  other->components_ = components_;
  other->file_padding_ = file_padding_;
  other->vocab_size_ = vocab_size_;
  other->set_token_spaces();  // which ask the tokenizer they belong to
  return other;
}

std::shared_ptr<const Tokenizer> Tokenizer::with_added_tokens(
    std::span<const AddedToken> tokens) const {
  std::vector<AddedToken> all = added_->tokens();
  std::unordered_map<std::string, std::size_t> indexes;
  for (std::size_t i = 0; i < all.size(); ++i) {
    indexes[all[i].content] = i;
  }
  std::uint32_t next_id = vocab_size_;
  for (AddedToken token : tokens) {
    if (token.content.empty()) {
      continue;
    }
    check_new_token(token, next_id);
    const auto [index, is_new] = indexes.try_emplace(token.content, all.size());
    if (is_new) {
      const auto known = model_->vocabulary().find(token.content);
      token.id = known ? *known : next_id++;
      all.push_back(std::move(token));
    } else {
      token.id = all[index->second].id;
      all[index->second] = std::move(token);
    }
  }
  auto other = share();
  other->set_added_tokens(std::move(all));
  return other;
}

std::shared_ptr<const Tokenizer> Tokenizer::with_post_processor(std::string data) const {
  const json::Document document = parse(std::move(data));
  const auto post_processor = make_post_processor(Field(document.root(), "post_processor"));
  auto other = share();
  other->make_plans(post_processor.get());
  other->components_["post_processor"] =
      Field(document.root(), "post_processor").member("type").as_string();
  return other;
}

void Tokenizer::make_plans(const PostProcessor* post_processor) {
  for (const bool is_pair : {false, true}) {
    for (const bool add_special_tokens : {false, true}) {
      PostPlan& plan = plans_[is_pair ? 1 : 0][add_special_tokens ? 1 : 0];
      plan = PostPlan::initial(is_pair);
      if (post_processor != nullptr) {
        post_processor->apply(plan, add_special_tokens);
      }
      plan.token_spaces = token_spaces_.get();
      if (!is_pair && !plan.unsupported.empty()) {
        fail(ErrorKind::FileFormat, "tokenizer.json", "post_processor: " + plan.unsupported);
      }
    }
  }
}

}  // namespace onnxformers::tokenizers
