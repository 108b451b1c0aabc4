import { keccak_256 } from '@noble/hashes/sha3.js';

const b = new Uint8Array(100);
for (let i = 0; i < 20000; i++) keccak_256(b);
const t = performance.now();
for (let i = 0; i < 50000; i++) keccak_256(b);
console.log('keccak 1 block us', (performance.now() - t) / 50);
