import { readFileSync } from 'node:fs';
import { parseIntelCollateral, parseQuote, prepareIntelCollateral, verifyQuote } from '@barycenter/tee-attest/intel';
import { verifySnp, prepareSnpCollateral } from '@barycenter/tee-attest/amd';
import { verifyNvidiaDevice, verifyReferenceManifest } from '@barycenter/tee-attest/nvidia';
const V = '/work/shared/vectors/tee/';
const rd = (p: string) => new Uint8Array(readFileSync(V + p));
const fake = { name: 'fake', verify: async () => true, digest: async (h: string, d: Uint8Array) => new Uint8Array(await crypto.subtle.digest(h, d as any)) } as any;
const F = 'tdx/phala-tdx-v4-2025-06/';
const meta = JSON.parse(new TextDecoder().decode(rd(F + 'meta.json')));
const now = new Date(meta.verifyAt * 1000);
const col = parseIntelCollateral(new TextDecoder().decode(rd(F + 'collateral.json')));
const padded = rd(F + 'quote.bin');
const quote = padded.slice(0, padded.length - parseQuote(padded, { trailing: 'trim' }).trailingBytes);
const withOther = (q: Uint8Array, z: number) => { const { version, signed, certificates } = parseQuote(q); const l = new Uint8Array(q.length + z); l.set(q); const v = new DataView(l.buffer); const s = [signed.length, certificates.byteOffset - q.byteOffset - 4]; if (version > 3) s.push(signed.length + 4 + 128 + 2); for (const a of s) v.setUint32(a, v.getUint32(a, true) + z, true); return l; };
const quotes = Array.from({ length: 300 }, (_, i) => withOther(quote, i));
const p = await prepareIntelCollateral(col, { now, crypto: fake }); if (!p.ok) throw p;
let t = 0;
const N = 'nvidia/hopper-545.00-full/'; const gnow = new Date('2024-06-01T00:00:00Z');
const rims = { driverRim: (await verifyReferenceManifest(rd(N + 'driver_rim.xml'), { now: gnow }) as any).facts, vbiosRim: (await verifyReferenceManifest(rd(N + 'vbios_rim.xml'), { now: gnow }) as any).facts };
const rep = rd(N + 'report.bin'); const chain = new TextDecoder().decode(rd(N + 'chain.pem'));
const xml = rd(N + 'driver_rim.xml');
const snp = rd('snp/gcp-milan-v5/report.bin'), vcek = new TextDecoder().decode(rd('snp/gcp-milan-v5/vcek.pem')), ark = new TextDecoder().decode(rd('snp/roots/ask_ark_milan.pem'));
const cases: Record<string, () => Promise<any>> = {
  unknown: () => verifyQuote(quotes[t++ % 300]!, p.facts, { now }),
  known: () => verifyQuote(quote, p.facts, { now }),
  fresh: () => verifyQuote(quote, col, { now, crypto: fake }),
  snp: () => verifySnp(snp, { vcek, chain: ark }, { now: new Date('2026-06-01'), revocation: 'unchecked', crypto: fake }),
  gpu: () => verifyNvidiaDevice({ report: rep, chain }, rims, { now: gnow, nonce: rep.slice(4, 36), revocation: 'unchecked', crypto: fake }),
  rim: () => verifyReferenceManifest(xml, { now: gnow, crypto: fake }),
};
for (const [n, f] of Object.entries(cases)) {
  if (process.argv[2] && process.argv[2] !== n) continue;
  const r = await f(); if (!r.ok) { console.log(n, r.code, r.message); continue; }
  for (let i = 0; i < 2000; i++) await f();
  const c = process.cpuUsage(); const k = process.argv[2] ? 12000 : 3000;
  for (let i = 0; i < k; i++) await f();
  const u = process.cpuUsage(c); console.log(n, 'js us', ((u.user + u.system) / k).toFixed(1), 'checks', r.checks.length);
}
