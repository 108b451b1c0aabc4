import { describe, expect, it } from 'vitest';
import { equalBytes, isZero, parseHex, parseText } from '../src/bytes.ts';
import { type Checks, recorded } from '../src/checks.ts';
import { readNow } from '../src/clock.ts';
import { TeeError } from '../src/errors.ts';

describe('recorded checks', () => {
  it('are listed in order, with facts where all that must hold did', async () => {
    const result = await recorded('all', async (checks) => {
      checks.pass('first', 'seen');
      checks.must(true, 'second', 'chain_length', { expected: '2', actual: '2' });
      expect(checks.note(false, 'third', 'chain_expired', { actual: 'late' })).toBe(false);
      return 7;
    });
    expect(result).toEqual({
      ok: true,
      facts: 7,
      checks: [
        { id: 'first', ok: true, code: 'ok', actual: 'seen' },
        { id: 'second', ok: true, code: 'ok', expected: '2', actual: '2' },
        { id: 'third', ok: false, code: 'chain_expired', actual: 'late' },
      ],
    });
  });

  it('end with the first that must hold and does not, and say what was expected', async () => {
    const result = await recorded('all', async (checks) => {
      checks.must(false, 'first', 'chain_length', { expected: '2', actual: '3' });
      checks.pass('never');
    });
    const failed = { id: 'first', ok: false, code: 'chain_length', expected: '2', actual: '3' };
    const message = 'first does not hold, expected 2, got 3';
    expect(result).toEqual({ ok: false, code: 'chain_length', message, checks: [failed] });
  });

  it("list what a parser threw under the verification's own name", async () => {
    const result = await recorded('all', async () => {
      throw new TeeError('der_malformed', 'not DER', { expected: 'a', actual: 'b' });
    });
    const failed = { id: 'all', ok: false, code: 'der_malformed', expected: 'a', actual: 'b' };
    expect(result).toEqual({
      ok: false,
      code: 'der_malformed',
      message: 'not DER',
      checks: [failed],
    });
  });

  it('of reading are listed under their own name', async () => {
    const result = await recorded('all', async (checks) => {
      expect(checks.read('first', () => 7)).toBe(7);
      checks.read('second', () => {
        throw new TeeError('der_malformed', 'not DER', { expected: 'a' });
      });
    });
    const failed = { id: 'second', ok: false, code: 'der_malformed', expected: 'a' };
    expect(result).toEqual({
      ok: false,
      code: 'der_malformed',
      message: 'not DER',
      checks: [failed],
    });
    const mistake = () =>
      recorded('all', async (checks) => checks.read('first', () => new Array(-1)));
    await expect(mistake).rejects.toThrow(RangeError);
  });

  it('let mistakes of the program through', async () => {
    const fail = () => recorded('all', async () => Promise.reject(new TypeError('misuse')));
    await expect(fail).rejects.toThrow(TypeError);
  });

  it('made together are listed in the given order, and the first failure of that order counts', async () => {
    const turns: (() => void)[] = [];
    const step = (id: string, ok: boolean) => async (checks: Checks) => {
      await new Promise<void>((resolve) => turns.unshift(resolve));
      checks.must(ok, id, id === 'b' ? 'chain_length' : 'chain_expired');
    };
    const result = recorded('all', (checks) =>
      checks.together(step('a', true), step('b', false), step('c', false)),
    );
    expect(turns).toHaveLength(3);
    for (const turn of turns) turn(); // last first
    expect(await result).toMatchObject({ ok: false, code: 'chain_length' });
    expect((await result).checks.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('made together let a mistake of the program through', async () => {
    const fail = () =>
      recorded('all', (checks) =>
        checks.together(async () => Promise.reject(new RangeError('misuse'))),
      );
    await expect(fail).rejects.toThrow(RangeError);
  });
});

describe('the clock', () => {
  it('is a Date that holds a time, and nothing else', () => {
    expect(readNow(new Date(5))).toBe(5);
    for (const now of [undefined, null, 5, '2026-01-01', new Date(Number.NaN), Number.NaN, {}])
      expect(() => readNow(now as Date)).toThrow(TypeError);
  });
});

describe('bytes', () => {
  it('are compared whole, read from hexadecimal of either case, and from UTF-8 only if they are', () => {
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
    for (const other of [[1], [1, 3], [1, 2, 0]])
      expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.from(other))).toBe(false);
    expect([
      isZero(new Uint8Array(3)),
      isZero(new Uint8Array()),
      isZero(Uint8Array.of(0, 1)),
    ]).toEqual([true, true, false]);
    expect(parseHex('00fFA0')).toEqual(Uint8Array.of(0, 255, 160));
    for (const text of ['0', 'zz', '0x00', ' 00', '0\n']) expect(parseHex(text)).toBeUndefined();
    expect(parseText(Uint8Array.of(0xc3, 0xa9))).toBe('é');
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80]])
      expect(parseText(Uint8Array.from(bytes))).toBeUndefined();
  });
});
