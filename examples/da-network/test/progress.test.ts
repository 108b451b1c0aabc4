import { expect, test } from 'vitest';
import { createProgress } from '../src/progress.ts';

function collect(stream: { isTTY?: boolean; columns?: number }) {
  const written: string[] = [];
  const progress = createProgress({ ...stream, write: (text) => written.push(text) });
  return { progress, written };
}

test('nothing is shown where stderr is no terminal, but warnings are', () => {
  const { progress, written } = collect({});
  progress.show('working');
  progress.warn('look here');
  progress.show(undefined);
  expect(written).toEqual(['warning: look here\n']);
});

test('on a terminal a line is overwritten, cut to its width, and cleared', () => {
  const { progress, written } = collect({ isTTY: true, columns: 6 });
  progress.show('working');
  progress.show('done');
  progress.show(undefined);
  expect(written).toEqual(['worki', '\r\u001b[K', 'done', '\r\u001b[K']);
});

test('a warning does not run into the shown line', () => {
  const { progress, written } = collect({ isTTY: true });
  progress.show('working');
  progress.warn('look here');
  expect(written.join('')).toBe('working\r\u001b[Kwarning: look here\n');
});
