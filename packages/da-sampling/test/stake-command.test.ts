import { describe, expect, it } from 'vitest';
import { runStakeCommand } from '../src/stake-command.ts';

const FILES: Record<string, string> = {
  'four.csv': 'account,stake\na,1\nb,1\nc,1\nd,1\n',
  'negative.csv': 'a,1\nb,-1\n',
};
const readText = async (path: string): Promise<string> => {
  const text = FILES[path];
  if (text === undefined) throw new Error('no such file');
  return text;
};
const run = (...args: string[]) => runStakeCommand(args, readText);

describe('runStakeCommand', () => {
  it('prints the report of a file, with the options it was given', async () => {
    const { status, output } = await run(
      ...['four.csv', '--profile', 'eip7594', '--epochs', '100', '--grinding', '5', '--draws', '2'],
    );
    expect(status).toBe(0);
    expect(output).toContain('4 validators, total stake 4, the largest holds 25.0 %');
    expect(output).toContain('over 100 epochs with 5 bits of grinding');
    expect(output).toContain('worst of 2 draws');
  });

  it('ends with 1 and the line for a hostile file, and with 1 for one that cannot be read', async () => {
    const refused = await run('negative.csv');
    expect(refused.status).toBe(1);
    expect(refused.output).toMatch(/negative\.csv: refused: stake_out_of_range: line 2/);
    expect((await run('absent.csv')).output).toMatch(/absent\.csv: cannot be read: no such file/);
  });

  it('prints the usage when asked for help', async () => {
    const { status, output } = await run('--help');
    expect(status).toBe(0);
    expect(output).toContain('usage: barycenter-stake FILE');
  });

  it('ends with 2 and the usage for arguments it does not know', async () => {
    for (const args of [
      [],
      ['four.csv', 'four.csv'],
      ['four.csv', '--profile', 'none'],
      ['four.csv', '--draws'],
      ['four.csv', '--draws', '0'],
      ['four.csv', '--epochs', '-1'],
      ['four.csv', '--colour', '1'],
    ]) {
      const { status, output } = await run(...args);
      expect(status, args.join(' ')).toBe(2);
      expect(output, args.join(' ')).toContain('usage: barycenter-stake FILE');
    }
  });
});
