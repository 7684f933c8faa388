// Asks a server about a picture and a recording with the JavaScript client; prints the answers.
//   node ask_media.mjs path/to/the/client.js http://127.0.0.1:8000 picture.png sound.wav
import { readFile } from "node:fs/promises";
const [home, address, picture, sound] = process.argv.slice(2);
const { HfInference } = await import(home);
const hf = new HfInference("none");
const model = "served";
const at = (name) => hf.endpoint(`${address}/models/${name}`);
const image = new Blob([await readFile(picture)], { type: "image/png" });
const audio = new Blob([await readFile(sound)], { type: "audio/wav" });
const question = { image, question: "who?" };
const calls = {
  imageClassification: () => at("vit-cls").imageClassification({ model, data: image }),
  objectDetection: () => at("yolos").objectDetection({ model, data: image }),
  imageSegmentation: () => at("segformer-seg").imageSegmentation({ model, data: image }),
  zeroShotImageClassification: () =>
    at("clip").zeroShotImageClassification({
      model,
      inputs: { image },
      parameters: { candidate_labels: ["a cat", "a dog"] },
    }),
  imageToImage: async () => (await at("swin2sr-x2").imageToImage({ model, inputs: image })).type,
  documentQuestionAnswering: () => at("donut").documentQuestionAnswering({ model, inputs: question }),
  visualQuestionAnswering: () => at("llava").visualQuestionAnswering({ model, inputs: question }),
  automaticSpeechRecognition: () => at("hubert-ctc").automaticSpeechRecognition({ model, data: audio }),
  audioClassification: () => at("ast-cls").audioClassification({ model, data: audio }),
  audioToAudio: () => at("separator").audioToAudio({ model, data: audio }),
  textToSpeech: async () => (await at("vits").textToSpeech({ model, inputs: "hello" })).type,
};
const found = {};
for (const [name, call] of Object.entries(calls)) {
  try {
    found[name] = await call();
  } catch (error) {
    found[name] = { error: `${error.message} ${error.cause ?? ""}` };
  }
}
console.log(JSON.stringify(found));
