import { expect, test } from 'vitest';
import { renderSample } from '../src/render.ts';

test('a confidence is never printed without what it assumes', () => {
  const blob = { headerRoot: '00', samples: 4 };
  const report = { id: 'blob:00', status: 'available', samples: 4, confidence: 0.9375 } as const;
  const [claim, caveat, ...rest] = renderSample({ ...report, blobs: [blob as never] }).split('\n');
  expect(claim).toBe('available: 4 cells of 1 blob, confidence 0.9375');
  expect(caveat).toMatch(/^ {2}if what is withheld does not depend on who asks: .* ask several/);
  expect(rest).toEqual(['']);
});
