/** The interface between codecs and engines, on every engine. */
import { seededRandom } from '@barycenter/testing';
import { describe, expect, test } from 'vitest';
import { CODECS, isMatrixCodec } from '../src/codec.ts';
import type { Shape, Workspace } from '../src/engine.ts';
import { evaluationCode, lagrangeRows } from '../src/evaluation-code.ts';
import { slowFieldOf, symbolsOf } from '../src/reference/generator.ts';
import { openEngines } from './engines.ts';
import { type Random, range, shardsOf } from './shards.ts';

const engines = openEngines();

/** Fills every slot with random bytes and returns copies. */
const fill = (
  workspace: Workspace,
  { dataShards, parityShards, slotBytes }: Shape,
  random: Random,
) =>
  range(0, dataShards + parityShards).map((index) => {
    const bytes = random.bytes(slotBytes);
    workspace.slot(index).set(bytes);
    return bytes;
  });

const contents = (workspace: Workspace, count: number) =>
  range(0, count).map((index) => workspace.slot(index).slice());

describe.each(engines)('%s', (_name, engine) => {
  test.each(CODECS)(
    '%s: combine is the product, over the bytes asked for, and touches nothing else',
    (codec) => {
      const random = seededRandom(0xe9e1);
      const field = slowFieldOf(codec);
      for (const round of range(0, 20)) {
        const shape = {
          codec,
          dataShards: 1 + random.integer(9),
          parityShards: 1 + random.integer(9),
          slotBytes: 192,
        };
        const workspace = engine.open(shape);
        const before = fill(workspace, shape, random);
        const order = random.shuffle(range(0, before.length));
        const split = 1 + random.integer(order.length - 1);
        const targets = order.slice(0, split);
        const sources = order.slice(split);
        const bound = 2 ** field.bits;
        // Zeros and ones are special to some kernels.
        const coefficients = Uint16Array.from({ length: targets.length * sources.length }, () =>
          random.integer(4) === 0 ? random.integer(2) : random.integer(bound),
        );
        const add = round % 2 === 1;
        const bytes = 64 * (1 + random.integer(3));
        if (add) workspace.combine(targets, sources, coefficients, bytes, true);
        else workspace.combine(targets, sources, coefficients, bytes);
        const after = contents(workspace, before.length);
        for (const index of order) {
          const row = targets.indexOf(index);
          if (row === -1) expect(after[index]).toEqual(before[index]);
          else {
            const symbols = sources.map((source) =>
              symbolsOf(field, before[source]!.subarray(0, bytes)),
            );
            const start = symbolsOf(field, before[index]!.subarray(0, bytes));
            const expected = start.map((symbol, i) =>
              sources.reduce(
                (sum, _source, c) =>
                  sum ^ field.multiply(coefficients[row * sources.length + c]!, symbols[c]![i]!),
                add ? symbol : 0,
              ),
            );
            const got = symbolsOf(field, after[index]!.subarray(0, bytes));
            expect(got, `seed ${random.seed} round ${round}`).toEqual(expected);
            expect(after[index]!.subarray(bytes)).toEqual(before[index]!.subarray(bytes));
          }
        }
        workspace.close();
      }
    },
  );

  const leopard = CODECS.filter((codec) => !isMatrixCodec(codec));
  /** Shapes around powers of two, and more parity than data. */
  const shapes = [
    [1, 1],
    [1, 2],
    [2, 1],
    [3, 5],
    [5, 3],
    [8, 8],
    [9, 7],
    [7, 9],
    [33, 17],
    [17, 33],
    [64, 64],
    [65, 3],
    [3, 65],
  ] as const;

  test.each(leopard)('%s: encode by transform is the product with Lagrange rows', (codec) => {
    const random = seededRandom(0xe9e2);
    for (const [dataShards, parityShards] of shapes) {
      const counts = { dataShards, parityShards };
      const shape = { codec, ...counts, slotBytes: 320 };
      const [transformed, multiplied] = [engine.open(shape), engine.open(shape)];
      const before = fill(transformed, shape, random);
      before.forEach((bytes, index) => {
        multiplied.slot(index).set(bytes);
      });
      const sources = range(0, dataShards);
      const wanted = range(dataShards, before.length);
      const rows = lagrangeRows(evaluationCode(codec, counts), { sources, wanted });
      for (const bytes of [64, 320]) {
        transformed.encode(bytes);
        multiplied.combine(wanted, sources, rows, bytes);
        expect(contents(transformed, before.length), `${dataShards}+${parityShards}`).toEqual(
          contents(multiplied, before.length),
        );
      }
    }
  });

  test.each(leopard)(
    '%s: recover fills what is wanted from any k slots, and touches nothing else',
    (codec) => {
      const random = seededRandom(0xe9e3);
      for (const [dataShards, parityShards] of shapes) {
        const shape = { codec, dataShards, parityShards, slotBytes: 192 };
        const workspace = engine.open(shape);
        fill(workspace, shape, random);
        workspace.encode(192);
        const all = contents(workspace, dataShards + parityShards);
        for (const round of range(0, 6)) {
          const order = random.shuffle(range(0, all.length));
          const sources = order.slice(0, dataShards).sort((a, b) => a - b);
          const absent = order.slice(dataShards);
          const wanted = absent.slice(
            0,
            round === 0 ? absent.length : 1 + random.integer(absent.length),
          );
          const present = new Uint8Array(all.length);
          for (const index of sources) present[index] = 1;
          const noise = random.bytes(192);
          for (const index of absent) workspace.slot(index).set(noise);
          const bytes = round % 2 === 0 ? 192 : 64;
          workspace.recover(present, wanted, bytes);
          for (const index of range(0, all.length)) {
            const untouched = absent.includes(index) ? noise : all[index]!;
            const expected = wanted.includes(index)
              ? [...all[index]!.subarray(0, bytes), ...noise.subarray(bytes)]
              : [...untouched];
            const message = `seed ${random.seed} ${dataShards}+${parityShards} from ${sources} shard ${index}`;
            expect([...workspace.slot(index)], message).toEqual(expected);
          }
          all.forEach((bytesOf, index) => {
            workspace.slot(index).set(bytesOf);
          });
        }
        workspace.close();
      }
    },
  );

  test.each(leopard)('%s: its coefficients are the Lagrange rows', (codec) => {
    const random = seededRandom(0xe9e4);
    for (const [dataShards, parityShards] of [...shapes, [100, 60], [60, 100]] as const) {
      const counts = { dataShards, parityShards };
      const workspace = engine.open({ codec, ...counts, slotBytes: 64 });
      const order = random.shuffle(range(0, dataShards + parityShards));
      const sources = order.slice(0, dataShards);
      const wanted = order.slice(dataShards);
      const expected = lagrangeRows(evaluationCode(codec, counts), { sources, wanted });
      expect([...workspace.coefficients(sources, wanted)]).toEqual([...expected]);
      workspace.close();
    }
  });

  test('workspaces open at the same time do not disturb each other', () => {
    const random = seededRandom(0xe9e5);
    const shapeOf = (slotBytes: number) =>
      ({ codec: 'gf8-cauchy', dataShards: 3, parityShards: 2, slotBytes }) as const;
    const open = [64, 4096, 2 ** 20, 128, 2 ** 21].map((slotBytes) => {
      const workspace = engine.open(shapeOf(slotBytes));
      return { workspace, bytes: shardsOf(random, 5, slotBytes) };
    });
    for (const { workspace, bytes } of open) {
      bytes.forEach((shard, index) => {
        workspace.slot(index).set(shard);
      });
    }
    open[1]!.workspace.close();
    const again = engine.open(shapeOf(4096));
    for (const index of range(0, 5)) again.slot(index).fill(0xff);
    for (const { workspace, bytes } of [open[0]!, open[2]!, open[3]!, open[4]!]) {
      for (const [index, shard] of bytes.entries()) {
        expect(Buffer.compare(workspace.slot(index), shard)).toBe(0);
      }
    }
  });
});
