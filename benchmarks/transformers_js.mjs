// Transformers.js as a peer: a line of JSON in, a line of JSON out, times taken in here.
// node transformers_js.mjs NODE_FOLDER MODEL_FOLDER DTYPE THREADS
// in:  {"texts": [...], "batch": 32, "calls": 10}
// out: {"wall": [seconds], "cpu": [seconds], "vector": [of the last text]}
import { createRequire } from 'node:module';
import { basename, dirname } from 'node:path';
import { createInterface } from 'node:readline';

const [nodeFolder, modelFolder, dtype, threads] = process.argv.slice(2);
const require = createRequire(nodeFolder + '/');
const { env, pipeline } = require('@huggingface/transformers');
env.allowRemoteModels = false;
env.localModelPath = dirname(modelFolder) + '/';
const options = { pooling: 'mean', normalize: true };
const session_options = { intraOpNumThreads: Number(threads), interOpNumThreads: 1 };
const embed = await pipeline('feature-extraction', basename(modelFolder), { dtype, session_options, device: 'cpu' });
console.log(JSON.stringify({ version: env.version }));

async function once(texts, batch) {
  let last;
  for (let start = 0; start < texts.length; start += batch) {
    last = await embed(texts.slice(start, start + batch), options);
  }
  return last;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { texts, batch, calls } = JSON.parse(line);
  const reply = { wall: [], cpu: [] };
  for (let call = 0; call < calls; call++) {
    const cpu = process.cpuUsage();
    const wall = process.hrtime.bigint();
    const last = await once(texts, batch);
    reply.wall.push(Number(process.hrtime.bigint() - wall) / 1e9);
    const used = process.cpuUsage(cpu);
    reply.cpu.push((used.user + used.system) / 1e6);
    reply.vector = Array.from(last.data.slice(-last.dims.at(-1)));
  }
  console.log(JSON.stringify(reply));
}
