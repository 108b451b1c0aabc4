import { seededRandom } from '@barycenter/testing';
import { bn254 } from '@noble/curves/bn254.js';
import { hexToBytes } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import {
  verifyZeroGCertificate,
  verifyZeroGSignature,
  type ZeroGBlob,
  type ZeroGCertificate,
  type ZeroGPoint1,
  type ZeroGPoint2,
  type ZeroGSigner,
  zeroGBlobHash,
  zeroGEpochHash,
  zeroGRegistrationHash,
} from '../src/zero-g.ts';
import { flipped } from './fixture.ts';

const random = seededRandom(0x06);
const { Fp, Fp2, Fr } = bn254.fields;
const INFINITY: ZeroGPoint1 = { X: 0n, Y: 0n };
const CHAIN = 16_600n;

type Key = { readonly secret: bigint; readonly detail: ZeroGSigner };

const point1 = (point: typeof bn254.G1.Point.BASE): ZeroGPoint1 => {
  const { x, y } = point.toAffine();
  return { X: x, Y: y };
};
const realFirst = (point: typeof bn254.G2.Point.BASE): ZeroGPoint2 => {
  const { x, y } = point.toAffine();
  return { X: [x.c0, x.c1], Y: [y.c0, y.c1] };
};
const swapped = ({ X, Y }: ZeroGPoint2): ZeroGPoint2 => ({ X: [X[1], X[0]], Y: [Y[1], Y[0]] });

function keyOf(account: number): Key {
  const secret = random.bigint(Fr.ORDER - 1n) + 1n;
  return {
    secret,
    detail: {
      signer: new Uint8Array(20).fill(account),
      pkG1: point1(bn254.G1.Point.BASE.multiply(secret)),
      pkG2: realFirst(bn254.G2.Point.BASE.multiply(secret)),
    },
  };
}

const sign = (secret: bigint, hash: ZeroGPoint1): ZeroGPoint1 =>
  point1(bn254.G1.Point.fromAffine({ x: hash.X, y: hash.Y }).multiply(secret));

const KEYS = [1, 2, 3].map(keyOf);
const BLOB: ZeroGBlob = {
  dataRoot: random.bytes(32),
  epoch: 3n,
  quorumId: 1n,
  erasureCommitment: { X: 1n, Y: 2n },
};
/** Twelve rows: six of key 0, three of key 1, three of key 2, in this order. */
const ROWS = [0, 1, 0, 2, 0, 1, 0, 2, 0, 1, 0, 2];
const QUORUM = ROWS.map((key) => KEYS[key]!.detail);

/** What an aggregator submits if these keys sign all their rows. */
function certify(keys: readonly number[], bitmap?: readonly number[]): ZeroGCertificate {
  const secret = keys.reduce((sum, key) => Fr.add(sum, KEYS[key]!.secret), 0n);
  const quorumBitmap = new Uint8Array(2);
  ROWS.forEach((key, row) => {
    const isSet = bitmap === undefined ? keys.includes(key) : bitmap.includes(row);
    if (isSet) quorumBitmap[row >> 3]! |= 1 << (row & 7);
  });
  return {
    ...BLOB,
    quorumBitmap,
    aggPkG2: swapped(realFirst(bn254.G2.Point.BASE.multiply(secret))),
    signature: sign(secret, zeroGBlobHash(BLOB)),
  };
}

describe('0G hashes to G1', () => {
  // vectors/da/0g/hash_to_g1.json: values of the unit tests of 0g-da-node (grpc/src/service.rs) and
  // 0g-chain (x/dasigners/v1/types/hash_test.go).
  const signer = hexToBytes('9685C4EB29309820CDC62663CC6CC82F3D42E964');

  it('are those of the node for a blob', () => {
    const blob = { ...BLOB, dataRoot: new Uint8Array(32).fill(0x11), epoch: 1n, quorumId: 2n };
    expect(zeroGBlobHash(blob)).toEqual({
      X: 3104132272622526655068902279970515367044771064982988265068273751564440697689n,
      Y: 14983672482514514723382346054400511740670770934276906876175822994665721348371n,
    });
  });

  it('are those of the chain for a registration and for an epoch', () => {
    expect(zeroGRegistrationHash({ signer, chainId: 8888n })).toEqual({
      X: 17347288745752564851578145205408924577042674846071448492673629564958667746090n,
      Y: 21456041422468658262738002909407073439935597271458862589356790821116767485654n,
    });
    expect(zeroGEpochHash({ signer, epoch: 1n, chainId: 8888n })).toEqual({
      X: 13283083124528531674735853832182424672122091139683454761857829308708073730285n,
      Y: 21773064143788270772276852950775943855438706734263253481317981346601766662828n,
    });
  });

  it('refuse fields of the wrong length or range', () => {
    const one = new Uint8Array(20);
    expect(() => zeroGRegistrationHash({ signer: new Uint8Array(19), chainId: 1n })).toThrow(
      RangeError,
    );
    expect(() => zeroGEpochHash({ signer: one, epoch: 1n << 64n, chainId: 1n })).toThrow(
      RangeError,
    );
    expect(() => zeroGEpochHash({ signer: one, epoch: -1n, chainId: 1n })).toThrow(RangeError);
    expect(() => zeroGBlobHash({ ...BLOB, dataRoot: new Uint8Array(31) })).toThrow(RangeError);
  });
});

describe('verifyZeroGSignature', () => {
  const { secret, detail } = KEYS[0]!;
  const hash = zeroGRegistrationHash({ signer: detail.signer, chainId: CHAIN });
  const signature = sign(secret, hash);

  it('accepts a registration, an epoch registration and a blob signature of the key', () => {
    const { signer } = detail;
    expect(verifyZeroGSignature(detail, { hash, signature })).toBe(true);
    for (const other of [
      zeroGEpochHash({ signer, epoch: 9n, chainId: CHAIN }),
      zeroGBlobHash(BLOB),
    ]) {
      expect(verifyZeroGSignature(detail, { hash: other, signature: sign(secret, other) })).toBe(
        true,
      );
      expect(verifyZeroGSignature(detail, { hash: other, signature })).toBe(false);
    }
  });

  it('refuses a registration of another chain or account', () => {
    const { signer } = detail;
    const other = new Uint8Array(20).fill(9);
    for (const wrong of [
      zeroGRegistrationHash({ signer, chainId: CHAIN + 1n }),
      zeroGRegistrationHash({ signer: other, chainId: CHAIN }),
    ]) {
      expect(verifyZeroGSignature(detail, { hash: wrong, signature })).toBe(false);
    }
  });

  it('refuses keys whose halves differ: a rogue G1 key beside an honest G2 key', () => {
    const { pkG1 } = KEYS[1]!.detail;
    expect(verifyZeroGSignature({ ...detail, pkG1 }, { hash, signature })).toBe(false);
    const { pkG2 } = KEYS[1]!.detail;
    expect(verifyZeroGSignature({ ...detail, pkG2 }, { hash, signature })).toBe(false);
  });

  it('refuses points that are none: infinity, off the curve, not reduced, in the other order', () => {
    const bad: readonly ZeroGPoint1[] = [
      INFINITY,
      { X: signature.X, Y: Fp.add(signature.Y, 1n) },
      { X: signature.X + Fp.ORDER, Y: signature.Y },
      { X: -1n, Y: 2n },
    ];
    for (const point of bad) {
      expect(verifyZeroGSignature(detail, { hash, signature: point })).toBe(false);
      expect(verifyZeroGSignature({ ...detail, pkG1: point }, { hash, signature })).toBe(false);
      expect(verifyZeroGSignature(detail, { hash: point, signature })).toBe(false);
    }
    const { pkG2 } = detail;
    const badKeys: readonly ZeroGPoint2[] = [
      swapped(pkG2),
      { X: [0n, 0n], Y: [0n, 0n] },
      { X: [pkG2.X[0] + Fp.ORDER, pkG2.X[1]], Y: pkG2.Y },
      outsideSubgroup(),
    ];
    for (const key of badKeys) {
      expect(verifyZeroGSignature({ ...detail, pkG2: key }, { hash, signature })).toBe(false);
    }
    const nothing = { pkG1: INFINITY, pkG2: badKeys[1]! };
    expect(verifyZeroGSignature(nothing, { hash, signature: INFINITY })).toBe(false);
  });
});

describe('verifyZeroGCertificate', () => {
  it('accepts two thirds of the rows, exactly, and says how many signed', () => {
    expect(verifyZeroGCertificate(certify([0, 1, 2]), QUORUM)).toEqual({
      ok: true,
      total: 12,
      hit: 12,
    });
    expect(verifyZeroGCertificate(certify([0, 1]), QUORUM)).toEqual({
      ok: true,
      total: 12,
      hit: 9,
    });
    // One bit per signer is enough: rows 0 and 3 are the first of keys 0 and 2.
    expect(verifyZeroGCertificate(certify([0, 2], [0, 3]), QUORUM)).toEqual({
      ok: true,
      total: 12,
      hit: 9,
    });
  });

  it('counts a signer from its first set bit on, as the chain does', () => {
    // Key 0 from row 2 on: five rows; key 1 from row 1 on: three. Eight of twelve are two thirds.
    expect(verifyZeroGCertificate(certify([0, 1], [2, 1]), QUORUM)).toEqual({
      ok: true,
      total: 12,
      hit: 8,
    });
    expect(verifyZeroGCertificate(certify([0, 1], [4, 1]), QUORUM)).toEqual({
      ok: false,
      code: 'below_threshold',
    });
  });

  it('refuses too few rows, an empty bitmap and a bitmap of another length', () => {
    const code = (change: Partial<ZeroGCertificate>, keys = [0, 1, 2]) => {
      const verdict = verifyZeroGCertificate({ ...certify(keys), ...change }, QUORUM);
      return verdict.ok ? 'ok' : verdict.code;
    };
    expect(code({}, [1, 2])).toBe('below_threshold');
    expect(code({ quorumBitmap: new Uint8Array(2) })).toBe('below_threshold');
    for (const size of [0, 1, 3]) {
      expect(code({ quorumBitmap: new Uint8Array(size).fill(255) })).toBe('bitmap_length');
    }
  });

  it('refuses a signature replayed for another blob, epoch, quorum or commitment', () => {
    const certificate = certify([0, 1, 2]);
    for (const change of [
      { dataRoot: flipped(BLOB.dataRoot) },
      { epoch: 4n },
      { quorumId: 2n },
      { erasureCommitment: { X: 1n, Y: Fp.ORDER - 2n } },
      { epoch: -1n },
      { quorumId: 1n << 256n },
      { dataRoot: new Uint8Array(31) },
      { signature: INFINITY },
      { signature: certify([0, 1]).signature },
      { aggPkG2: certify([0, 1]).aggPkG2 },
      { aggPkG2: swapped(certificate.aggPkG2) },
      { quorumBitmap: certify([0, 1]).quorumBitmap },
    ]) {
      expect(verifyZeroGCertificate({ ...certificate, ...change }, QUORUM)).toEqual({
        ok: false,
        code: 'signature_invalid',
      });
    }
  });

  it('refuses a quorum with a key off the curve, and throws for no quorum', () => {
    const bad = QUORUM.map((detail) => ({ ...detail, pkG1: { X: 1n, Y: 1n } }));
    const certificate = certify([0, 1, 2]);
    expect(verifyZeroGCertificate(certificate, bad)).toEqual({ ok: false, code: 'key_invalid' });
    expect(() => verifyZeroGCertificate(certificate, [])).toThrow(RangeError);
    expect(() => verifyZeroGCertificate(certificate, Array(65_537).fill(QUORUM[0]))).toThrow(
      RangeError,
    );
  });
});

/** A point of the twist whose order is not the group's: the first x that has a y. */
function outsideSubgroup(): ZeroGPoint2 {
  const { b } = bn254.G2.Point.CURVE();
  for (let i = 1n; ; i++) {
    const x = Fp2.fromBigTuple([i, 1n]);
    const square = Fp2.add(Fp2.mul(Fp2.sqr(x), x), b);
    try {
      const y = Fp2.sqrt(square);
      const point = bn254.G2.Point.fromAffine({ x, y });
      if (!point.isTorsionFree()) return realFirst(point);
    } catch {} // no square
  }
}
