import { seededRandom } from '@barycenter/testing';
import { bits, der, integer, oid, time } from '@barycenter/testing/der-writer';
import { fromBER, type Integer, type ObjectIdentifier } from 'asn1js';
import { describe, expect, it } from 'vitest';
import {
  DerReader,
  enterOnly,
  readBitString,
  readBoolean,
  readCount,
  readInteger,
  readNamedBits,
  readOid,
  readTime,
  readUnsigned,
  TAG,
} from '../src/der.ts';
import { TeeError } from '../src/errors.ts';
import { certificateBytes } from './oracle/certificates.ts';

const SEED = 61;

/** The only value that `bytes` encode. */
function value(bytes: Uint8Array) {
  const reader = new DerReader(bytes);
  const found = reader.next();
  reader.end();
  return found;
}

function refuses(read: () => unknown): void {
  expect(read).toThrow(expect.objectContaining({ name: 'TeeError', code: 'der_malformed' }));
}

const of = (...bytes: number[]) => Uint8Array.from(bytes);

/** Reads everything that can be read and writes it again. */
function rewrite(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  const reader = new DerReader(bytes);
  while (!reader.done) {
    const { tag, contents } = reader.next();
    parts.push((tag & 0x20) === 0 ? der(tag, contents) : der(tag, rewrite(contents)));
  }
  return Buffer.concat(parts);
}

describe('the DER reader', () => {
  it('reads what a writer writes, and what it reads is written in no other way', () => {
    const random = seededRandom(SEED);
    for (const certificate of certificateBytes())
      expect(rewrite(certificate)).toEqual(Buffer.from(certificate));
    let read = 0;
    for (let round = 0; round < 20_000; round++) {
      const alphabet = [0x30, 0x04, 0x02, 0x00, 0x01, 0x02, 0x03, 0x04, 0x80, 0x81];
      const length = 1 + random.integer(12);
      const bytes = Uint8Array.from({ length }, () => alphabet[random.integer(10)] as number);
      try {
        expect(rewrite(bytes), `seed ${SEED}, round ${round}`).toEqual(Buffer.from(bytes));
        read++;
      } catch (error) {
        if (!(error instanceof TeeError)) throw error;
      }
    }
    expect(read).toBeGreaterThan(500);
  });

  it('gives tag, contents and all bytes, in order', () => {
    const reader = new DerReader(of(0x02, 1, 5, 0x04, 2, 6, 7));
    expect(reader.tag).toBe(TAG.integer);
    expect(reader.optional(TAG.octetString)).toBeUndefined();
    expect([...reader.next(TAG.integer).contents]).toEqual([5]);
    expect([...(reader.optional(TAG.octetString)?.whole ?? [])]).toEqual([4, 2, 6, 7]);
    expect([reader.done, reader.tag]).toEqual([true, undefined]);
    expect(enterOnly(of(0x30, 2, 5, 0), TAG.sequence).next(TAG.null).contents).toHaveLength(0);
  });

  it('refuses every length that is indefinite, longer than needed, or longer than what is there', () => {
    const zeros = (size: number) => new Uint8Array(size);
    for (const bytes of [
      [],
      [0x04],
      [0x04, 0x80, 0, 0],
      [0x04, 0x81, 0x7f, ...zeros(0x7f)],
      [0x04, 0x81],
      [0x04, 0x82, 0x00, 0x80, ...zeros(0x80)],
      [0x04, 0x82, 0x01],
      [0x04, 0x84, 0x00, 0x00, 0x01, 0x00, ...zeros(0x100)],
      [0x04, 0x84, 0xff, 0xff, 0xff, 0xff],
      [0x04, 0x85, 0x01, 0, 0, 0, 0],
      [0x04, 0xff],
      [0x04, 2, 1],
    ]) {
      refuses(() => new DerReader(Uint8Array.from(bytes)).next());
    }
    expect(value(of(0x04, 0x81, 0x80, ...zeros(128))).contents).toHaveLength(128);
  });

  it('keeps within the value that it entered, whatever follows it', () => {
    const longer = new DerReader(of(0x30, 3, 0x04, 2, 1, 7, 7)).enter(TAG.sequence);
    refuses(() => longer.next());
    const cut = new DerReader(of(0x30, 1, 0x04, 0, 0x05, 0)).enter(TAG.sequence);
    refuses(() => cut.next());
    const ended = new DerReader(of(0x30, 2, 0x05, 0, 0x05, 0)).enter(TAG.sequence);
    ended.next(TAG.null);
    expect([ended.done, ended.tag, ended.optional(TAG.null)]).toEqual([true, undefined, undefined]);
    refuses(() => ended.next());
  });

  it('refuses tags of several bytes, no tag, other tags than asked for, and bytes left over', () => {
    for (const tag of [0x1f, 0x3f, 0xbf]) refuses(() => value(of(tag, 1, 5)));
    refuses(() => value(of(0, 0)));
    refuses(() => new DerReader(of(0x24, 0)).next(TAG.octetString));
    refuses(() => enterOnly(of(0x30, 0, 0), TAG.sequence));
    refuses(() => enterOnly(of(0x31, 0), TAG.sequence));
  });
});

describe('object identifiers', () => {
  it('are read as they are written, and as asn1js reads them', () => {
    const random = seededRandom(SEED + 1);
    for (let round = 0; round < 500; round++) {
      const root = random.integer(3);
      const arcs = [root, random.integer(root === 2 ? 2 ** 20 : 40)];
      for (let i = random.integer(6); i > 0; i--)
        arcs.push(random.integer(2 ** (1 + random.integer(31))));
      const bytes = oid(arcs.join('.'));
      expect(readOid(value(bytes)), `seed ${SEED + 1}, round ${round}`).toBe(arcs.join('.'));
      const { result } = fromBER(bytes);
      expect((result as ObjectIdentifier).getValue()).toBe(arcs.join('.'));
    }
  });

  it('are refused if empty, unfinished, padded, beyond 64 bytes or with an arc beyond 32 bits', () => {
    for (const contents of [
      [],
      [0x88],
      [0x2a, 0x80, 0x01],
      [0x80, 0x01],
      [0x2a, 0x90, 0x80, 0x80, 0x80, 0x00],
      Array<number>(65).fill(1),
    ]) {
      refuses(() => readOid(value(der(TAG.oid, Uint8Array.from(contents)))));
    }
    refuses(() => readOid(value(of(0x04, 1, 0x2a))));
    expect(readOid(value(of(0x06, 6, 0x2a, 0x8f, 0xff, 0xff, 0xff, 0x7f)))).toBe('1.2.4294967295');
  });
});

describe('integers', () => {
  it('are read as they are written, and as asn1js reads them', () => {
    const random = seededRandom(SEED + 2);
    for (let round = 0; round < 500; round++) {
      const size = 1 + random.integer(6);
      const number = random.integer(2 ** 32) % 256 ** size;
      const bytes = integer(number);
      expect(readCount(value(bytes)), `seed ${SEED + 2}, round ${round}`).toBe(number);
      const { result } = fromBER(bytes);
      expect((result as Integer).toBigInt()).toBe(BigInt(number));
    }
    expect([...readUnsigned(value(of(2, 2, 0, 0x80)))]).toEqual([0x80]);
    expect([...readUnsigned(value(of(2, 1, 0)))]).toEqual([0]);
    expect([...readInteger(value(of(2, 1, 0xff)))]).toEqual([0xff]);
    expect(readCount(value(integer(2 ** 48 - 1)))).toBe(2 ** 48 - 1);
  });

  it('are refused if empty, padded, negative where they may not be, or too long for a count', () => {
    for (const bytes of [of(2, 0), of(2, 2, 0, 0x7f), of(2, 2, 0xff, 0x80), of(4, 1, 1)])
      refuses(() => readInteger(value(bytes)));
    refuses(() => readUnsigned(value(of(2, 1, 0x80))));
    refuses(() => readCount(value(integer(2 ** 48))));
  });
});

describe('truth values, bit strings and named bits', () => {
  it('have one encoding each', () => {
    expect([readBoolean(value(of(1, 1, 0xff))), readBoolean(value(of(1, 1, 0)))]).toEqual([
      true,
      false,
    ]);
    for (const bytes of [of(1, 1, 1), of(1, 0), of(1, 2, 0, 0), of(2, 1, 0)])
      refuses(() => readBoolean(value(bytes)));
    expect([...readBitString(value(bits(of(1, 2))))]).toEqual([1, 2]);
    for (const bytes of [bits(of(2), 1), of(3, 0), of(4, 1, 0)])
      refuses(() => readBitString(value(bytes)));
  });

  it('name the bits that are set, zeros at the end allowed', () => {
    expect([...readNamedBits(value(bits(of(0x06), 1)))]).toEqual([5, 6]);
    expect([...readNamedBits(value(bits(of(0x86, 0x80), 7)))]).toEqual([0, 5, 6, 8]);
    expect([...readNamedBits(value(bits(of(0x06, 0x00), 0)))]).toEqual([5, 6]);
    expect([...readNamedBits(value(bits(of())))]).toEqual([]);
    for (const bytes of [
      bits(of(0x06), 2),
      bits(of(), 1),
      bits(of(0), 8),
      of(3, 0),
      bits(of(1, 2, 3)),
      of(4, 2, 0, 0),
    ])
      refuses(() => readNamedBits(value(bytes)));
    refuses(() => readNamedBits(value(bits(new Uint8Array(1 << 20)))));
  });
});

describe('times', () => {
  it('are read as they are written, from 1950 to 9999', () => {
    const random = seededRandom(SEED + 3);
    const start = Date.UTC(1950, 0, 1);
    const seconds = (Date.UTC(9999, 11, 31, 23, 59, 59) - start) / 1000;
    for (let round = 0; round < 2_000; round++) {
      const at = start + 1000 * Math.floor((random.integer(2 ** 32) / 2 ** 32) * seconds);
      expect(readTime(value(time(new Date(at)))), `seed ${SEED + 3}, round ${round}`).toBe(at);
    }
    const text = (tag: number, written: string) =>
      readTime(value(der(tag, new TextEncoder().encode(written))));
    expect(text(TAG.generalizedTime, '20260601000000Z')).toBe(Date.UTC(2026, 5, 1));
    expect(text(TAG.utcTime, '491231235959Z')).toBe(Date.UTC(2049, 11, 31, 23, 59, 59));
    expect(text(TAG.utcTime, '500101000000Z')).toBe(Date.UTC(1950, 0, 1));
    expect(text(TAG.utcTime, '240229000000Z')).toBe(Date.UTC(2024, 1, 29));
  });

  it('are refused in any other form, and where the calendar has no such time', () => {
    const utc = [
      '230229000000Z',
      '231301000000Z',
      '230001000000Z',
      '230100000000Z',
      '230431000000Z',
    ];
    utc.push('230101240000Z', '230101006000Z', '230101000060Z', '2301010000Z', '230101000000');
    utc.push('230101000000+0000', '2301010000000Z', ' 30101000000Z', '23010100000\u0660Z', '');
    utc.push('230101000000z', '230101000000+', '23010212000 Z', '23010212000:Z');
    utc.push('230101000000Z\0', `230101000000Z${'0'.repeat(40)}`);
    for (const written of utc)
      refuses(() => readTime(value(der(TAG.utcTime, new TextEncoder().encode(written)))));
    const general = [
      '19491231235959Z',
      '00000101000000Z',
      '00990101000000Z',
      '20260601000000.5Z',
      '260601000000Z',
      '20260631000000Z',
    ];
    for (const written of general)
      refuses(() => readTime(value(der(TAG.generalizedTime, new TextEncoder().encode(written)))));
    refuses(() => readTime(value(der(TAG.ia5String, new TextEncoder().encode('230101000000Z')))));
  });
});
