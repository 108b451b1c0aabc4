import { OPERATIONS } from '/work/tee-bench/bench/operations/all.ts';

const name = process.argv[2]!,
  secs = Number(process.argv[3] ?? 6);
const op: any = OPERATIONS.find((o) => o.name === name);
const input = await op.input({ quick: false });
const c = await op.contenders.ours(input, {});
let n = 0;
for (let i = 0; i < 300; i++) await c.run();
const end = performance.now() + secs * 1000;
const cpu = process.cpuUsage();
while (performance.now() < end) {
  await c.run();
  n++;
}
const u = process.cpuUsage(cpu);
console.log(name, 'calls', n, 'cpu ms', ((u.user + u.system) / 1000 / n).toFixed(4));
