// A peer in node that is asked for calls by lines of JSON on stdin, with times taken in here.
// in:  {"samples": [numbers, kept for later lines], "calls": 3, ...}
// out: {"wall": [seconds], "cpu": [seconds], ...what `tell` makes of the last result}
import { createInterface } from 'node:readline';

export async function answerCalls(work, tell) {
  let samples;
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    samples = request.samples ? Float32Array.from(request.samples) : samples;
    const reply = { wall: [], cpu: [] };
    let result;
    for (let call = 0; call < request.calls; call++) {
      const cpu = process.cpuUsage();
      const wall = process.hrtime.bigint();
      result = await work(samples, request);
      reply.wall.push(Number(process.hrtime.bigint() - wall) / 1e9);
      const used = process.cpuUsage(cpu);
      reply.cpu.push((used.user + used.system) / 1e6);
    }
    console.log(JSON.stringify({ ...reply, ...tell(result) }));
  }
}
