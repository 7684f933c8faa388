// Tokenizers of Transformers.js as a peer: a line of JSON in, a line of JSON out, times taken here.
// node tokenizer_js.mjs NODE_FOLDER TOKENIZER_FOLDER
// in:  {"texts": [...], "want": "ids" | "arrays" | "one", "calls": 3, "times": 1000}
// out: {"ids": [[...]]} or {"wall": [seconds], "cpu": [seconds]}
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const [nodeFolder, folder] = process.argv.slice(2);
const require = createRequire(nodeFolder + '/');
const { PreTrainedTokenizer } = require('@huggingface/transformers');

const start = process.hrtime.bigint();
const read = (name) => JSON.parse(readFileSync(join(folder, name), 'utf-8'));
const config = existsSync(join(folder, 'tokenizer_config.json')) ? read('tokenizer_config.json') : {};
const file = read('tokenizer.json');
const first = Array.isArray(file.model.vocab) ? file.model.vocab[0][0] : Object.keys(file.model.vocab)[0];
// It pads to the model's length at most, and then refuses the longer rows.
const settings = { pad_token: first, ...config, model_max_length: 1e9 };
const tokenizer = new PreTrainedTokenizer(file, settings);
console.log(JSON.stringify({ load: Number(process.hrtime.bigint() - start) / 1e9 }));

const jobs = {
  arrays: (texts) => tokenizer(texts, { padding: true, truncation: false }),
  one: (texts) => texts.forEach((text) => tokenizer.encode(text)),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { texts, want, calls, times } = JSON.parse(line);
  if (want === 'ids') {
    console.log(JSON.stringify({ ids: texts.map((text) => tokenizer.encode(text)) }));
    continue;
  }
  const reply = { wall: [], cpu: [] };
  for (let call = 0; call < calls; call++) {
    const cpu = process.cpuUsage();
    const wall = process.hrtime.bigint();
    for (let time = 0; time < times; time++) jobs[want](texts);
    reply.wall.push(Number(process.hrtime.bigint() - wall) / 1e9);
    const used = process.cpuUsage(cpu);
    reply.cpu.push((used.user + used.system) / 1e6);
  }
  console.log(JSON.stringify(reply));
}
