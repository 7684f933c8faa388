// Whisper's features with Transformers.js as a peer: a line of JSON in, a line of JSON out, times taken in here.
// node audio_js.mjs NODE_FOLDER SECONDS
// in:  {"samples": [numbers, kept for later lines], "calls": 3}
// out: {"wall": [seconds], "cpu": [seconds], "shape": [1, 80, frames]}
import { createRequire } from 'node:module';
import { answerCalls } from './timed_calls.mjs';

const [nodeFolder, seconds] = process.argv.slice(2);
const { WhisperFeatureExtractor, env } = createRequire(nodeFolder + '/')('@huggingface/transformers');
const rate = 16000;
const extract = new WhisperFeatureExtractor({
  feature_extractor_type: 'WhisperFeatureExtractor', feature_size: 80, sampling_rate: rate, hop_length: 160, n_fft: 400,
  chunk_length: Number(seconds), n_samples: seconds * rate, nb_max_frames: seconds * rate / 160,
});
console.log(JSON.stringify({ version: env.version }));

await answerCalls(samples => extract(samples), result => ({ shape: result.input_features.dims }));
