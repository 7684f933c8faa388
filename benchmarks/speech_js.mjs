// Speech to text with Transformers.js as a peer: a line of JSON in, a line of JSON out, times taken in here.
// node speech_js.mjs NODE_FOLDER MODEL_FOLDER THREADS
// in:  {"samples": [numbers, kept for later lines], "options": {}, "calls": 3}
// out: {"wall": [seconds], "cpu": [seconds], "last": [ids]}
import { createRequire } from 'node:module';
import { basename, dirname } from 'node:path';
import { createInterface } from 'node:readline';

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

let samples;
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  samples = request.samples ? Float32Array.from(request.samples) : samples;
  const reply = { wall: [], cpu: [] };
  for (let call = 0; call < request.calls; call++) {
    const cpu = process.cpuUsage();
    const wall = process.hrtime.bigint();
    const { input_features } = await extract(samples);
    const result = await model.generate({ inputs: input_features, language: 'en', task: 'transcribe', ...request.options });
    reply.wall.push(Number(process.hrtime.bigint() - wall) / 1e9);
    const used = process.cpuUsage(cpu);
    reply.cpu.push((used.user + used.system) / 1e6);
    reply.last = Array.from(result.data, Number);
  }
  console.log(JSON.stringify(reply));
}
