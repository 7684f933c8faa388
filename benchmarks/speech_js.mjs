// Speech to text with Transformers.js as a peer: a line of JSON in, a line of JSON out, times taken in here.
// node speech_js.mjs NODE_FOLDER MODEL_FOLDER THREADS
// in:  {"samples": [numbers, kept for later lines], "options": {}, "calls": 3}
// out: {"wall": [seconds], "cpu": [seconds], "last": [ids]}
import { createRequire } from 'node:module';
import { basename, dirname } from 'node:path';
import { answerCalls } from './timed_calls.mjs';

const [nodeFolder, modelFolder, threads] = process.argv.slice(2);
const require = createRequire(nodeFolder + '/');
const { AutoFeatureExtractor, WhisperForConditionalGeneration, env } = require('@huggingface/transformers');
env.allowRemoteModels = false;
env.localModelPath = dirname(modelFolder) + '/';
const session_options = { intraOpNumThreads: Number(threads), interOpNumThreads: 1 };
const name = basename(modelFolder);
const model = await WhisperForConditionalGeneration.from_pretrained(name, { dtype: 'fp32', session_options, device: 'cpu' });
const extract = await AutoFeatureExtractor.from_pretrained(name);
console.log(JSON.stringify({ version: env.version }));

await answerCalls(async (samples, request) => {
  const { input_features } = await extract(samples);
  return model.generate({ inputs: input_features, language: 'en', task: 'transcribe', ...request.options });
}, result => ({ last: Array.from(result.data, Number) }));
