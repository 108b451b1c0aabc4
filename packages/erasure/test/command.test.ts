import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@barycenter/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { main } from '../bin/command.ts';
import { createProgress } from '../bin/progress.ts';
import { encodeHeader, recordPlace, setOf, shardPath } from '../bin/shard-file.ts';
import { commitShards } from '../src/index.ts';

const random = seededRandom(0xc11);
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'erasure-command-'));
  file = join(folder, 'photo');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the command as a shell would. */
const run = async (...args: string[]): Promise<{ status: number; out: string; err: string }> => {
  const texts = { out: '', err: '' };
  const to = (name: 'out' | 'err') => ({
    write: (text: string) => {
      texts[name] += text;
    },
  });
  const status = await main(args, { stdout: to('out'), stderr: to('err') });
  return { status, ...texts };
};

const CUT = { codec: 'gf8-cauchy', dataShards: 3, parityShards: 2, shardBytes: 65_536 } as const;
const SPLIT = ['--data', '3', '--parity', '2'];
const shard = (index: number): string => shardPath(file, index);

/** Changes bytes of a file. */
const change = (
  path: string,
  at: number,
  by: (byte: number) => number = (byte) => byte ^ 1,
): void => {
  const bytes = readFileSync(path);
  bytes[at] = by(bytes[at]!);
  writeFileSync(path, bytes);
};

/** A file of so many bytes, split. */
const splitFile = async (byteLength: number, ...more: string[]): Promise<Uint8Array> => {
  const bytes = random.bytes(byteLength);
  writeFileSync(file, bytes);
  const done = await run('split', file, ...SPLIT, ...more);
  expect(done).toMatchObject({ status: 0, err: '' });
  return bytes;
};

const THREE_STRIPES = 3 * 3 * 65_536 - 1000;

test.each([0, 1, 2, 3, 100, 3 * 65_536 - 1, 3 * 65_536, 3 * 65_536 + 1, THREE_STRIPES])(
  'a file of %i bytes comes back without any two of its five shards',
  async (byteLength) => {
    const bytes = await splitFile(byteLength);
    expect(readdirSync(folder).sort()).toEqual([
      'photo',
      ...[0, 1, 2, 3, 4].map((i) => `photo.00${i}.shard`),
    ]);
    const whole = [0, 1, 2, 3, 4].map((i) => readFileSync(shard(i)));
    rmSync(file);
    for (const lost of random.shuffle([0, 1, 2, 3, 4]).slice(0, 2)) rmSync(shard(lost));
    expect(await run('join', file)).toMatchObject({
      status: 0,
      out: `${file}: ${byteLength} bytes\n`,
    });
    expect(readFileSync(file).equals(bytes)).toBe(true);
    expect(await run('repair', file)).toMatchObject({ status: 0 });
    expect([0, 1, 2, 3, 4].map((i) => readFileSync(shard(i)).equals(whole[i]!))).not.toContain(
      false,
    );
    expect(await run('verify', file)).toEqual({
      status: 0,
      out: 'all 5 shards are whole\n',
      err: '',
    });
  },
);

test.each(['gf8-vandermonde', 'leopard-ff8', 'leopard-ff16', 'leopard-ff16-low'])(
  'codec %s is kept in the shards',
  async (codec) => {
    const bytes = await splitFile(12_345, '--codec', codec);
    rmSync(file);
    rmSync(shard(0));
    expect(await run('join', file)).toMatchObject({ status: 0 });
    expect(readFileSync(file).equals(bytes)).toBe(true);
  },
);

describe('damage', () => {
  test('stripes lost in different shards are all taken from where they are right', async () => {
    const bytes = await splitFile(THREE_STRIPES);
    rmSync(file);
    const cut = { ...CUT, byteLength: bytes.length };
    for (const [index, stripe] of [
      [0, 0],
      [1, 0],
      [2, 1],
      [3, 1],
      [4, 2],
      [0, 2],
    ] as const) {
      change(shard(index), recordPlace(cut, stripe).at + 200);
    }
    const verified = await run('verify', file);
    expect(verified.status).toBe(1);
    expect(verified.out.split('\n')).toEqual([
      `${shard(0)}: damaged in stripe 0 and 1 more`,
      `${shard(1)}: damaged in stripe 0`,
      `${shard(2)}: damaged in stripe 1`,
      `${shard(3)}: damaged in stripe 1`,
      `${shard(4)}: damaged in stripe 2`,
      '5 of 5 shards: repair makes them anew',
      '',
    ]);
    expect(await run('join', file)).toMatchObject({ status: 0 });
    expect(readFileSync(file).equals(bytes)).toBe(true);
    expect(await run('repair', file)).toMatchObject({ status: 0 });
    expect(await run('verify', file)).toMatchObject({ status: 0 });
  });

  test('every byte of a shard file counts: any one that is changed is noticed and repaired', async () => {
    await splitFile(40);
    const before = readFileSync(shard(1));
    for (let at = 0; at < before.length; at++) {
      change(shard(1), at, () => before[at]! ^ (1 + random.integer(255)));
      expect(await run('verify', file), `byte ${at}`).toMatchObject({ status: 1 });
      expect(await run('repair', file), `byte ${at}`).toMatchObject({ status: 0 });
      expect(readFileSync(shard(1)).equals(before), `byte ${at}`).toBe(true);
    }
  });

  test('a shard file cut short, grown, empty or of something else is replaced', async () => {
    await splitFile(1000);
    const before = readFileSync(shard(2));
    for (const bytes of [
      before.subarray(0, -1),
      before.subarray(0, 50),
      Buffer.alloc(0),
      Buffer.concat([before, before]),
      random.bytes(999),
    ]) {
      writeFileSync(shard(2), bytes);
      expect(await run('verify', file)).toMatchObject({ status: 1 });
      expect(await run('repair', file)).toMatchObject({ status: 0 });
      expect(readFileSync(shard(2)).equals(before)).toBe(true);
    }
  });

  test('more losses than parity are named, and nothing is written', async () => {
    await splitFile(THREE_STRIPES);
    rmSync(file);
    rmSync(shard(0));
    rmSync(shard(1));
    change(shard(2), recordPlace({ ...CUT, byteLength: THREE_STRIPES }, 1).at);
    const verified = await run('verify', file);
    expect(verified.status).toBe(1);
    expect(verified.out).toContain('3 of 5 shards: 1 of 3 stripes are lost');
    const fault = 'erasure: stripe 1 is lost: 2 right shards of 3 needed\n';
    expect(await run('join', file)).toEqual({ status: 1, out: '', err: fault });
    expect(await run('repair', file)).toEqual({ status: 1, out: '', err: fault });
    expect(readdirSync(folder).sort()).toEqual([
      'photo.002.shard',
      'photo.003.shard',
      'photo.004.shard',
    ]);
  });

  test('a shard under the name of another is not taken for it', async () => {
    const bytes = await splitFile(1000);
    rmSync(file);
    renameSync(shard(4), shard(1));
    const verified = await run('verify', file);
    expect(verified.out).toContain(`${shard(1)}: it is shard 4`);
    expect(await run('join', file)).toMatchObject({ status: 0 });
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });
});

describe('hostile headers', () => {
  const FIELDS = [
    ['codec', 8, 1, [6, 255]],
    ['zero', 9, 1, [1]],
    ['dataShards', 12, 4, [0, 255, 256, 0xffffffff]],
    ['parityShards', 16, 4, [0, 254, 0xffffffff]],
    ['index', 20, 4, [5, 0xffffffff]],
    ['shardBytes', 24, 4, [0, 1, 2 ** 24 + 1, 0xffffffff]],
    ['stripeCount', 28, 4, [0, 2, 0xffffffff]],
    ['byteLength', 32, 6, [0, 2 ** 40, 2 ** 47]],
    ['byteLength', 36, 4, [0xffffffff]],
  ] as const;

  test.each(FIELDS)(
    'a %s that no file has is refused, though the check is right',
    async (_, at, size, values) => {
      await splitFile(1000);
      const before = readFileSync(shard(0));
      for (const value of values) {
        const bytes = Buffer.from(before);
        bytes.writeUIntLE(value, at, size);
        createHash('sha256').update(bytes.subarray(0, 72)).digest().copy(bytes, 72);
        writeFileSync(shard(0), bytes);
        const verified = await run('verify', file);
        expect(verified.status, `${value}`).toBe(1);
        expect(verified.out).toMatch(
          /numbers that no file has|later version|it is shard|of another set/,
        );
      }
    },
  );

  test('shards of several sets are told apart by the id, and by part of it', async () => {
    const bytes = await splitFile(1000);
    const old = [0, 1, 2].map((i) => readFileSync(shard(i)));
    const id = readFileSync(shard(0)).subarray(40, 72).toString('hex');
    await splitFile(500, '--force');
    for (const [i, shardBytes] of old.entries()) writeFileSync(shard(i), shardBytes);
    const refused = await run('verify', file);
    expect(refused.status).toBe(1);
    expect(refused.err).toContain(`choose one of these sets with --id\n  ${id}`);
    const target = join(folder, 'again');
    expect(
      await run('join', target, '--shards', file, '--id', id.slice(0, 12).toUpperCase()),
    ).toMatchObject({ status: 0 });
    expect(readFileSync(target).equals(bytes)).toBe(true);
    expect(await run('verify', file, '--id', id)).toMatchObject({
      status: 1,
      out: expect.stringContaining('of another set'),
    });
    expect(await run('verify', file, '--id', 'ffff')).toMatchObject({ status: 1 });
  });

  test('shards whose commitment is to no codeword are found out', async () => {
    await splitFile(30);
    const cut = { ...CUT, byteLength: 30 };
    const shards = Array.from({ length: 5 }, () => random.bytes(10));
    const { root, proofs } = commitShards(shards);
    for (const [index, bytes] of shards.entries()) {
      const header = encodeHeader({ ...cut, index, set: setOf(cut, root) });
      writeFileSync(shard(index), Buffer.concat([header, root, ...proofs[index]!, bytes]));
    }
    const fault = { status: 1, err: 'erasure: stripe 0: the committed shards are no encoding\n' };
    expect(await run('verify', file)).toMatchObject(fault);
    rmSync(shard(1));
    expect(await run('repair', file)).toMatchObject(fault);
    expect(readdirSync(folder)).not.toContain('photo.001.shard');
  });
});

describe('wrong calls', () => {
  test('names, counts and options that do not exist end with 2', async () => {
    await splitFile(10);
    for (const args of [
      [],
      ['split'],
      ['unite', file],
      ['toString', file],
      ['join', file, file],
      ['split', file, '--data', '0'],
      ['split', file, '--data', 'x'],
      ['split', file, '--size', '7'],
      ['split', file, '--force', '--data', '250', '--parity', '6', '--codec', 'leopard-ff8'],
    ]) {
      expect(await run(...args), args.join(' ')).toMatchObject({ status: 2, out: '' });
    }
  });

  test('files that are missing or in the way, and impossible shapes, end with 1', async () => {
    for (const command of ['split', 'join', 'verify', 'repair']) {
      const done = await run(command, join(folder, 'nothing'));
      expect(done.status, command).toBe(1);
      expect(done.err).toMatch(/^erasure: .*(no readable shards|ENOENT)/);
    }
    await splitFile(10);
    expect(await run('split', file)).toMatchObject({
      status: 1,
      err: expect.stringContaining('--force'),
    });
    expect(await run('join', file)).toMatchObject({
      status: 1,
      err: expect.stringContaining('--force'),
    });
    expect(await run('join', file, '--force')).toMatchObject({ status: 0 });
    const many = ['--force', '--data', '200', '--parity', '100'];
    expect(await run('split', file, ...many)).toMatchObject({ status: 1 });
    expect(await run('split', file, '--force', '--codec', 'zip')).toMatchObject({ status: 1 });
    expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  test('help is asked for, not an error', async () => {
    const { status, out } = await run('--help');
    expect([status, out.slice(0, 6)]).toEqual([0, 'usage:']);
  });
});

test('progress is one line on a terminal, and nothing elsewhere', () => {
  const texts: string[] = [];
  const stream = (isTTY: boolean) => ({ isTTY, write: (text: string) => texts.push(text) });
  const silent = createProgress(stream(false), { verb: 'split', total: 100 });
  silent.add(50);
  silent.end();
  expect(texts).toEqual([]);
  const shown = createProgress(stream(true), { verb: 'split', total: 0 });
  shown.end();
  expect(texts).toEqual(['\r\u001b[K']);
});
