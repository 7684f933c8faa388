// Asks a server with the JavaScript client and prints what each method gave, as JSON.
//   node ask.mjs path/to/@huggingface/inference/dist/index.js http://127.0.0.1:8000
const [home, address] = process.argv.slice(2);
const { HfInference } = await import(home);
const hf = new HfInference("none");
// Any name will do: without one the client would ask the Hub for a default.
const model = "served";
const text = "Sarah lives in London.";
const at = (model, task) => hf.endpoint(`${address}${task ? `/pipeline/${task}` : "/models"}/${model}`);
const short = { max_new_tokens: 4 };
const messages = [{ role: "user", content: "Hello" }];
const found = {
  textClassification: await at("bert-uncased-sst").textClassification({ model, inputs: text }),
  fillMask: await at("bert-uncased-mlm").fillMask({ model, inputs: "the [MASK].", parameters: { top_k: 2 } }),
  questionAnswering: await at("bert-cased-qa").questionAnswering({ model, inputs: { question: "Who?", context: text } }),
  summarization: await at("bart-cnn").summarization({ model, inputs: text, parameters: short }),
  translation: await at("marian").translation({ model, inputs: text, parameters: short }),
  tokenClassification: await at("bert-cased-ner").tokenClassification({ model, inputs: text }),
  zeroShotClassification: await at("bart-nli").zeroShotClassification({
    model,
    inputs: [text],
    parameters: { candidate_labels: ["a", "b"] },
  }),
  featureExtraction: await at("bert-uncased-embed").featureExtraction({ model, inputs: text }),
  sentenceSimilarity: await at("bert-uncased-embed", "sentence-similarity").sentenceSimilarity({
    model,
    inputs: { source_sentence: text, sentences: [text, "Something else"] },
  }),
  textGeneration: await at("qwen2").textGeneration({ model, inputs: "The railway", parameters: short }),
  chatCompletion: await at("qwen2").chatCompletion({ model, messages, max_tokens: 4 }),
};
let pieces = "";
for await (const event of at("qwen2").textGenerationStream({ model, inputs: "The railway", parameters: short })) {
  pieces += event.token.text;
}
found.textGenerationStream = pieces;
pieces = "";
for await (const chunk of at("qwen2").chatCompletionStream({ model, messages, max_tokens: 4 })) {
  pieces += chunk.choices[0].delta.content ?? "";
}
found.chatCompletionStream = pieces;
try {
  await at("nothing").textClassification({ model, inputs: text });
} catch (error) {
  found.error = error.message;
}
console.log(JSON.stringify(found));
