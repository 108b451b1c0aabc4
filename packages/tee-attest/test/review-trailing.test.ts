import { expect, it } from 'vitest';
import { TeeError } from '../src/errors.ts';
import { parseQuote, type QuoteOptions } from '../src/intel/quote.ts';
import { buildWorld, goodRecipe, worldKeys } from './cases/intel-world.ts';

it('bytes after a quote are left out only where exactly that was asked for', async () => {
  const { quote } = await buildWorld(await worldKeys(), goodRecipe('td10'));
  const longer = Uint8Array.from([...quote, 0]);
  const read = (trailing: string) => () =>
    parseQuote(longer, { trailing } as QuoteOptions).trailingBytes;
  expect(read('trim')()).toBe(1);
  for (const other of ['reject', 'Reject', '', 'no']) {
    expect(read(other)).toThrow(TeeError);
  }
});
