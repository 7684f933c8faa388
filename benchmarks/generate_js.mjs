// Generation with Transformers.js as a peer: a line of JSON in, a line of JSON out, times taken in here.
// node generate_js.mjs NODE_FOLDER MODEL_FOLDER THREADS
// in:  {"prompt": [ids], "options": {}, "calls": 3}
// out: {"wall": [seconds], "cpu": [seconds], "last": [ids]}
import { createRequire } from 'node:module';
import { basename, dirname } from 'node:path';
import { createInterface } from 'node:readline';

const [nodeFolder, modelFolder, threads] = process.argv.slice(2);
const require = createRequire(nodeFolder + '/');
const { AutoModelForCausalLM, Tensor, env } = require('@huggingface/transformers');
env.allowRemoteModels = false;
env.localModelPath = dirname(modelFolder) + '/';
const session_options = { intraOpNumThreads: Number(threads), interOpNumThreads: 1 };
const model = await AutoModelForCausalLM.from_pretrained(basename(modelFolder), { dtype: 'fp32', session_options, device: 'cpu' });
console.log(JSON.stringify({ version: env.version }));

for await (const line of createInterface({ input: process.stdin })) {
  const { prompt, options, calls } = JSON.parse(line);
  const reply = { wall: [], cpu: [] };
  for (let call = 0; call < calls; call++) {
    const input_ids = new Tensor('int64', BigInt64Array.from(prompt.map(BigInt)), [1, prompt.length]);
    const attention_mask = new Tensor('int64', new BigInt64Array(prompt.length).fill(1n), [1, prompt.length]);
    const cpu = process.cpuUsage();
    const wall = process.hrtime.bigint();
    const result = await model.generate({ input_ids, attention_mask, ...options });
    reply.wall.push(Number(process.hrtime.bigint() - wall) / 1e9);
    const used = process.cpuUsage(cpu);
    reply.cpu.push((used.user + used.system) / 1e6);
    reply.last = Array.from(result.data, Number);
  }
  console.log(JSON.stringify(reply));
}
