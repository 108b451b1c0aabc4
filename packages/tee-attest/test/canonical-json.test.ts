import { expect, test } from 'vitest';
import { canonicalHash, canonicalText } from '../src/canonical-json.ts';

test('members are sorted by UTF-16 code units, as in the example of RFC 8785 §3.2.3', () => {
  const value = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    '1': 'One',
    '\ud83d\ude00': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    '\u00f6': 'Latin Small Letter O With Diaeresis',
  };
  expect(Object.values(JSON.parse(canonicalText(value)) as object).sort()).toEqual(
    Object.values(value).sort(),
  );
  const order = ['Carriage Return', 'One', 'Control', 'Latin', 'Euro', 'Emoji', 'Hebrew'];
  const text = canonicalText(value);
  const places = order.map((word) => text.indexOf(word));
  expect(places).toEqual([...places].sort((left, right) => left - right));
});

test('text has no white space, the escapes of RFC 8785 §3.2.2.2, and no undefined members', () => {
  const value = { b: [1, true, null, -3], a: '\u000f\nA\'B"\\"/', c: undefined };
  expect(canonicalText(value)).toBe('{"a":"\\u000f\\nA\'B\\"\\\\\\"/","b":[1,true,null,-3]}');
});

test('the hash is SHA-256 of the text', () => {
  expect(Buffer.from(canonicalHash({})).toString('hex')).toBe(
    '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
  );
});

test.each([
  [1.5],
  [2 ** 53],
  [Number.NaN],
  ['\ud800'],
  [new Date(0)],
  [undefined],
  [1n],
  [() => 1],
])('what has no canonical text is refused: %s', (value) => {
  expect(() => canonicalText(value)).toThrow(TypeError);
});
