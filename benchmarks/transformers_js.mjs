// Transformers.js as a peer: a line of JSON in, a line of JSON out, times taken in here.
// node transformers_js.mjs NODE_FOLDER TASK MODEL_FOLDER DTYPE THREADS
// in:  {"items": [[argument, ...], ...], "options": {}, "calls": 10}: each item is one call of the pipeline
// out: {"wall": [seconds], "cpu": [seconds], "last": result of the last item}
import { createRequire } from 'node:module';
import { basename, dirname } from 'node:path';
import { createInterface } from 'node:readline';

const [nodeFolder, task, modelFolder, dtype, threads] = process.argv.slice(2);
const require = createRequire(nodeFolder + '/');
const { env, pipeline } = require('@huggingface/transformers');
env.allowRemoteModels = false;
env.localModelPath = dirname(modelFolder) + '/';
const session_options = { intraOpNumThreads: Number(threads), interOpNumThreads: 1 };
const pipe = await pipeline(task, basename(modelFolder), { dtype, session_options, device: 'cpu' });
console.log(JSON.stringify({ version: env.version }));

async function once(items, options) {
  let last;
  for (const item of items) {
    last = await pipe(...item, options);
  }
  return last;
}

// Of a tensor only its last row.
const plain = (result) => (result.dims ? Array.from(result.data.slice(-result.dims.at(-1))) : result);

for await (const line of createInterface({ input: process.stdin })) {
  const { items, options, calls } = JSON.parse(line);
  const reply = { wall: [], cpu: [] };
  for (let call = 0; call < calls; call++) {
    const cpu = process.cpuUsage();
    const wall = process.hrtime.bigint();
    const last = await once(items, options);
    reply.wall.push(Number(process.hrtime.bigint() - wall) / 1e9);
    const used = process.cpuUsage(cpu);
    reply.cpu.push((used.user + used.system) / 1e6);
    reply.last = plain(last);
  }
  console.log(JSON.stringify(reply));
}
