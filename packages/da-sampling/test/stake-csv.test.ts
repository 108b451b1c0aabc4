import { seededRandom } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import { DaError } from '../src/errors.ts';
import { parseStakeCsv } from '../src/stake-csv.ts';
import { codeOf } from './fixture.ts';

const code = (text: string): string => codeOf(() => parseStakeCsv(text));

describe('parseStakeCsv', () => {
  it('reads addresses and names, with and without header, mark, carriage returns and last break', () => {
    const entries = [
      { account: '0x00000000000000000000000000000000000000A1', stake: 32_000_000_000n },
      { account: 'node-2.example:9000', stake: 0n },
      { account: 'c', stake: 2n ** 64n - 1n },
    ];
    const lines = entries.map(({ account, stake }) => `${account},${stake}`);
    for (const end of ['\n', '\r\n']) {
      for (const text of [
        lines.join(end),
        lines.join(end) + end,
        ['account,stake', ...lines].join(end),
        `\ufeff${['account,stake', ...lines].join(end)}`,
      ]) {
        expect(parseStakeCsv(text)).toEqual(entries);
      }
    }
  });

  it('refuses negative stake and stake of 2^64 and more, naming the line', () => {
    expect(code('a,5\nb,-1')).toBe('stake_out_of_range');
    expect(code(`a,${2n ** 64n}`)).toBe('stake_out_of_range');
    expect(code(`a,${'9'.repeat(20)}`)).toBe('stake_out_of_range');
    expect(() => parseStakeCsv('a,5\nb,-1')).toThrow(/line 2/);
  });

  it('refuses everything that is not account,stake in plain digits', () => {
    for (const text of [
      'a',
      'a,',
      ',5',
      'a,5,',
      'a,5,6',
      'a;5',
      'a, 5',
      ' a,5',
      '"a",5',
      'a,+5',
      'a,5.0',
      'a,5e3',
      'a,0x10',
      'a,١',
      'a\u0000,5',
      '=cmd(),5',
      'a,5\n\nb,5',
      'a,5\n\n',
      '\n',
      `${'x'.repeat(67)},1`,
      `a,${'0'.repeat(21)}`,
      'a,5\naccount,stake',
      'a,5\rb,5',
    ]) {
      expect(code(text), JSON.stringify(text)).toBe('csv_malformed');
    }
  });

  it('refuses an account that stands twice, in whatever case, and a file without stake', () => {
    expect(code('0xAb,1\n0xaB,2')).toBe('account_reused');
    expect(code('')).toBe('committee_empty');
    expect(code('account,stake\n')).toBe('committee_empty');
    expect(code('a,0\nb,0\n')).toBe('committee_empty');
  });

  it('bounds lines and their number before it copies them', () => {
    expect(code('a'.repeat(10_000_000))).toBe('csv_malformed');
    const many = Array.from({ length: 1_000_002 }, (_, i) => `${i},1`).join('\n');
    expect(code(many)).toBe('csv_malformed');
  });

  it('answers random and damaged text with entries or a DaError, never otherwise', () => {
    const random = seededRandom(0xc5f);
    const alphabet = 'ab0129,-\n\r\ufeff ."';
    for (let i = 0; i < 3000; i++) {
      const text = Array.from({ length: random.integer(40) }, () =>
        alphabet.charAt(random.integer(alphabet.length)),
      ).join('');
      try {
        expect(parseStakeCsv(text).length).toBeGreaterThan(0);
      } catch (error) {
        expect(error, `seed ${random.seed} case ${i}`).toBeInstanceOf(DaError);
      }
    }
  });
});
