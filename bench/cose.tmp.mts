import { OPERATIONS } from './operations/all.ts';

if (process.argv[2] === 'stub') (crypto.subtle as any).verify = async () => true;
const op: any = OPERATIONS.find((o) => o.name.startsWith('tee::verifyAttestedKeyCose'));
const c = await op.contenders.ours(await op.input({ quick: false }), {});
for (let i = 0; i < 3000; i++) await c.run();
const cpu = process.cpuUsage();
const n = 30000;
for (let i = 0; i < n; i++) await c.run();
const u = process.cpuUsage(cpu);
console.log('us', ((u.user + u.system) / n).toFixed(1));
