/**
 * Golden hashes: thousands of seeded values of every wire type, encoded and hashed into one digest
 * each. A mismatch means that the wire format changed. `BARYCENTER_APPROVE_GOLDEN=1` writes the new
 * digests into `golden.json`; that is a commit of its own, which says why.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Bls } from '@barycenter/bls';
import { type Random, seededRandom } from '@barycenter/testing';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import { attestationMessage, decodeAttestation, encodeAttestation } from '../src/attestation.ts';
import { decodeCertificate, encodeCertificate } from '../src/certificate.ts';
import { assignRows, sampleCommittee } from '../src/committee.ts';
import {
  type BlobHeader,
  commitmentsRoot,
  derivePoint,
  evaluationsHash,
  headerRoot,
} from '../src/header.ts';
import { decodeHeaderMessage, encodeHeaderMessage } from '../src/header-message.ts';
import { treeRoot } from '../src/merkle.ts';
import { EIP7594, geometry, MAX_BLOB_BYTES, ZODA } from '../src/profile.ts';
import { buildRowTree, decodeRowMessage, encodeRowMessage } from '../src/rows.ts';
import { decodeSamples, drawSamples, encodeSamples } from '../src/samples.ts';
import { signHeaderRoot } from '../src/submitter.ts';
import { join } from '../src/wire.ts';
import { createZoda } from '../src/zoda.ts';

const CASES = 4096;
const GOLDEN_FILE = fileURLToPath(new URL('./golden.json', import.meta.url));
const golden: Record<string, string> = JSON.parse(readFileSync(GOLDEN_FILE, 'utf8'));
const NO_CURVE: Bls = { aggregatePublicKeys: () => new Uint8Array(48) } as unknown as Bls;

function header(random: Random): BlobHeader {
  const byteLength = 1 + random.integer(random.integer(2) === 0 ? 4096 : MAX_BLOB_BYTES);
  return {
    version: 1,
    profile: EIP7594.id,
    geometry: geometry(EIP7594, byteLength),
    byteLength,
    namespace: random.bytes(32),
    submitter: random.bytes(20),
    nonce: random.bigint(1n << 64n),
    epoch: random.bigint(1n << 64n),
    committeeRoot: random.bytes(32),
    commitmentsRoot: random.bytes(32),
    rowsRoot: random.bytes(32),
    evaluationsHash: random.bytes(32),
    openingProof: random.bytes(48),
  };
}

const domain = (random: Random) => ({
  chainId: random.bigint(1n << 256n),
  registry: random.bytes(20),
  namespace: random.bytes(32),
});

function committee(random: Random) {
  return sampleCommittee({
    bls: NO_CURVE,
    domain: domain(random),
    epoch: random.bigint(1n << 64n),
    seed: random.bytes(32),
    profile: EIP7594,
    validators: Array.from({ length: 1 + random.integer(40) }, () => ({
      account: random.bytes(20),
      publicKey: random.bytes(48),
      stake: random.bigint(1n << 100n) + 1n,
    })),
  });
}

/** Bytes of one seeded value of each wire type; types that are read back are compared. */
const TYPES: Record<string, { cases: number; encode: (random: Random) => Uint8Array }> = {
  headerRoot: { cases: CASES, encode: (random) => headerRoot(header(random)) },
  challenge: {
    cases: CASES,
    encode: (random) => Uint8Array.from(derivePoint(header(random), random.bytes(32)).tz),
  },
  headerMessage: {
    cases: 512,
    encode: (random) => {
      const own = header(random);
      const list = (size: number) =>
        Array.from({ length: own.geometry.k }, () => random.bytes(size));
      const message = {
        header: own,
        signature: random.bytes(65),
        commitments: list(48),
        evaluations: list(32),
      };
      const bytes = encodeHeaderMessage(message);
      expect(decodeHeaderMessage(bytes)).toEqual(message);
      return bytes;
    },
  },
  zodaBlob: {
    cases: 32,
    encode: (random) => {
      const own = committee(random);
      const submitterKey = random.bytes(32);
      submitterKey[0] = 1;
      const blob = createZoda().encodeBlob(random.bytes(1 + random.integer(9000)), {
        profile: ZODA,
        domain: own.domain,
        committee: own,
        nonce: random.bigint(1n << 64n),
        submitterKey,
      });
      const bytes = encodeHeaderMessage(blob.message);
      expect(decodeHeaderMessage(bytes)).toEqual(blob.message);
      return join(bytes, ...[0, 5, 1023].map((index) => blob.rowMessage(index).row));
    },
  },
  roots: {
    cases: 256,
    encode: (random) => {
      const list = (count: number, size: number) =>
        Array.from({ length: count }, () => random.bytes(size));
      const size = 2 ** random.integer(5);
      return Uint8Array.of(
        ...commitmentsRoot(list(size, 48)),
        ...evaluationsHash(list(size, 32)),
        ...treeRoot(buildRowTree(list(1 + random.integer(20), 64))),
      );
    },
  },
  rowMessage: {
    cases: CASES,
    encode: (random) => {
      const shape = { k: 4, n: 1024, c: 1 + random.integer(4) };
      const row = random.bytes(32 * shape.c);
      if (random.integer(2) === 0) for (let i = 0; i < shape.c; i++) row[32 * i] = 0;
      const branch = Array.from({ length: 10 }, () => random.bytes(32));
      const message = { index: random.integer(1024), row, branch };
      const bytes = encodeRowMessage(message, shape);
      expect(decodeRowMessage(bytes, shape)).toEqual(message);
      return bytes;
    },
  },
  attestation: {
    cases: CASES,
    encode: (random) => {
      const attestation = {
        headerRoot: random.bytes(32),
        validator: random.integer(1 << 16),
        signature: random.bytes(96),
      };
      const bytes = encodeAttestation(attestation);
      expect(decodeAttestation(bytes)).toEqual(attestation);
      return bytes;
    },
  },
  certificate: {
    cases: CASES,
    encode: (random) => {
      const certificate = {
        headerRoot: random.bytes(32),
        epoch: random.bigint(1n << 64n),
        profile: random.integer(1 << 16),
        byteLength: random.integer(2 ** 32),
        bitmap: random.bytes(1 + random.integer(30)),
        signature: random.bytes(96),
      };
      const bytes = encodeCertificate(certificate);
      expect(decodeCertificate(bytes)).toEqual(certificate);
      return bytes;
    },
  },
  committee: {
    cases: 128,
    encode: (random) => {
      const own = committee(random);
      const rows = assignRows(own, random.bytes(32)).flat();
      const blob = {
        headerRoot: random.bytes(32),
        profile: 1,
        byteLength: random.integer(2 ** 32),
      };
      return Uint8Array.of(
        ...own.root,
        ...own.snapshotRoot,
        ...new Uint8Array(Uint16Array.from(rows).buffer),
        ...attestationMessage(blob, own),
      );
    },
  },
  submitterSignature: {
    cases: 64,
    encode: (random) => {
      const submitterKey = random.bytes(32);
      submitterKey[0] = 1;
      return signHeaderRoot(random.bytes(32), { domain: domain(random), submitterKey });
    },
  },
  samples: {
    cases: 256,
    encode: (random) => {
      const samples = drawSamples([], {
        rowCount: 1024,
        count: 1 + random.integer(60),
        random: random.bytes,
      });
      const bytes = encodeSamples(samples, 1024);
      expect(decodeSamples(bytes, 1024)).toEqual(samples);
      return bytes;
    },
  },
};

describe('wire formats', () => {
  it('have a golden hash each, and no golden hash is left over', () => {
    expect(Object.keys(golden).sort()).toEqual(Object.keys(TYPES).sort());
  });

  for (const [name, { cases, encode }] of Object.entries(TYPES)) {
    it(`${name}: ${cases} seeded values encode to the golden hash`, () => {
      const random = seededRandom(0x60_1d);
      const hash = sha256.create();
      for (let i = 0; i < cases; i++) hash.update(sha256(encode(random)));
      const digest = bytesToHex(hash.digest());
      if (process.env.BARYCENTER_APPROVE_GOLDEN === '1') {
        golden[name] = digest;
        writeFileSync(GOLDEN_FILE, `${JSON.stringify(golden, null, 2)}\n`);
      }
      expect(digest).toBe(golden[name]);
    });
  }
});
