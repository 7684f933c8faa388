// Whisper's features with Transformers.js as a peer: a line of JSON in, a line of JSON out, times taken in here.
// node audio_js.mjs NODE_FOLDER SECONDS
// in:  {"samples": [numbers, kept for later lines], "calls": 3}
// out: {"wall": [seconds], "cpu": [seconds], "shape": [1, 80, frames]}
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const [nodeFolder, seconds] = process.argv.slice(2);
const { WhisperFeatureExtractor, env } = createRequire(nodeFolder + '/')('@huggingface/transformers');
const rate = 16000;
const extract = new WhisperFeatureExtractor({
  feature_extractor_type: 'WhisperFeatureExtractor', feature_size: 80, sampling_rate: rate, hop_length: 160, n_fft: 400,
  chunk_length: Number(seconds), n_samples: seconds * rate, nb_max_frames: seconds * rate / 160,
});
console.log(JSON.stringify({ version: env.version }));

let samples;
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  samples = request.samples ? Float32Array.from(request.samples) : samples;
  const reply = { wall: [], cpu: [] };
  for (let call = 0; call < request.calls; call++) {
    const cpu = process.cpuUsage();
    const wall = process.hrtime.bigint();
    reply.shape = (await extract(samples)).input_features.dims;
    reply.wall.push(Number(process.hrtime.bigint() - wall) / 1e9);
    const used = process.cpuUsage(cpu);
    reply.cpu.push((used.user + used.system) / 1e6);
  }
  console.log(JSON.stringify(reply));
}
