#pragma once

#include <string>
#include <string_view>

namespace onnxformers::tokenizers {

/// {"token": id, ...} from vocab.txt: a token on each line, its id the number of the line. Of a
/// token that is there twice the last line counts. Fails with ErrorKind::FileFormat.
[[nodiscard]] std::string vocab_txt_json(std::string_view file);

/// [["a", "b"], ...] from merges.txt: two tokens on each line; a line "#version: ..." at the start
/// and empty lines are left out. Fails with ErrorKind::FileFormat.
[[nodiscard]] std::string merges_txt_json(std::string_view file);

}  // namespace onnxformers::tokenizers
