import { seededRandom } from '@barycenter/testing';
import { expect, test } from 'vitest';
import { formatIdentifier, parseIdentifier } from '../src/identifier.ts';
import { codeThrown } from './scratch.ts';

const HEX = 'ab'.repeat(32);

test('an identifier survives text and back', () => {
  const headerRoot = seededRandom(1).bytes(32);
  for (const kind of ['blob', 'manifest'] as const) {
    const id = { kind, headerRoot };
    expect(parseIdentifier(formatIdentifier(id))).toEqual(id);
  }
});

test.each([
  '',
  HEX,
  `blob:${HEX.slice(1)}`,
  `blob:${HEX}0`,
  `blob:${HEX.toUpperCase()}`,
  `blob: ${HEX.slice(1)}`,
  `Blob:${HEX}`,
  `file:${HEX}`,
  `blob:${'zz'.repeat(32)}`,
  `blob:${HEX}\n`,
  `manifest:0x${HEX}`,
])('text that is no identifier is refused: %j', (text) => {
  expect(codeThrown(() => parseIdentifier(text))).toBe('identifier_malformed');
});
