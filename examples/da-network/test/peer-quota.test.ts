import { expect, test } from 'vitest';
import { MAX_COUNTED, PeerQuota } from '../src/peer-quota.ts';

test('a peer takes its units of a blob and no more; other peers and blobs have their own', () => {
  const quota = new PeerQuota(2);
  const take = (peer: string, blob: string) => quota.take({ peer, blob });
  expect([take('a', '1'), take('a', '1'), take('a', '1')]).toEqual([true, true, false]);
  expect([take('b', '1'), take('a', '2')]).toEqual([true, true]);
  expect(take('a', '1')).toBe(false);
});

test('the table is bounded: of too many pairs the one counted first is forgotten', () => {
  const quota = new PeerQuota(1);
  for (let i = 0; i < MAX_COUNTED; i++) quota.take({ peer: `${i}`, blob: 'x' });
  expect(quota.take({ peer: '0', blob: 'x' })).toBe(false);
  expect(quota.take({ peer: 'one more', blob: 'x' })).toBe(true);
  expect(quota.take({ peer: '1', blob: 'x' })).toBe(false);
  expect(quota.take({ peer: '0', blob: 'x' })).toBe(true);
});
