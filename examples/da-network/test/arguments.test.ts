import { MAX_BLOB_BYTES, STRONG, ZODA } from '@barycenter/da-sampling';
import { expect, test } from 'vitest';
import { HELP, parseCommand, wantsJson } from '../src/arguments.ts';
import { codeThrown } from './scratch.ts';

const ID = `blob:${'0a'.repeat(32)}`;
const parse = (line: string) => parseCommand(line.split(' ').filter((word) => word !== ''));

test('each command takes its arguments and the common options', () => {
  expect(parse('put f')).toMatchObject({
    name: 'put',
    file: 'f',
    blobBytes: MAX_BLOB_BYTES,
    dir: 'barycenter-data',
    nodes: undefined,
    profile: undefined,
    json: false,
  });
  expect(
    parse(`put f --dir d --nodes 4 --profile strong --workers 3 --json --once --blob-bytes 10`),
  ).toMatchObject({
    dir: 'd',
    nodes: 4,
    profile: STRONG,
    workers: 3,
    json: true,
    blobBytes: 10,
  });
  expect(parse(`get ${ID} -o out`)).toMatchObject({ id: ID, output: 'out', archive: false });
  expect(parse(`get --archive --output=out ${ID}`)).toMatchObject({ output: 'out', archive: true });
  expect(parse(`sample ${ID}`)).toMatchObject({ confidence: 0.999_999 });
  expect(parse(`sample ${ID} --confidence 0.9`)).toMatchObject({ confidence: 0.9 });
  expect(parse(`sample ${ID} --confidence .5`)).toMatchObject({ confidence: 0.5 });
  expect(parse(`verify f ${ID}`)).toMatchObject({ name: 'verify', file: 'f', id: ID });
  expect(parse('put f --scheme zoda')).toMatchObject({ profile: ZODA });
  expect(parse('put f --scheme kzg --profile strong')).toMatchObject({ profile: STRONG });
  expect(parse('put f --scheme kzg')).toMatchObject({ profile: undefined });
  expect(parse('demo')).toMatchObject({ name: 'demo', file: undefined });
  expect(parse('demo f --once')).toMatchObject({ name: 'demo', file: 'f' });
});

test('help is asked for in three ways and names every command and option', () => {
  for (const line of ['help', '--help', '-h', 'put --help', 'get -h']) {
    expect(parse(line)).toEqual({ name: 'help' });
  }
  for (const word of ['put', 'get', 'sample', 'verify', 'demo', '--dir', '--json', '--once']) {
    expect(HELP).toContain(word);
  }
});

test.each([
  '',
  'frobnicate',
  'put',
  'put a b',
  'put f --frobnicate',
  'put f --archive',
  'put f --profile zz',
  'put f --scheme zz',
  'put f --scheme zoda --profile strong',
  'put f --profile zoda',
  'put f --nodes 0',
  'put f --nodes 129',
  'put f --nodes 1.5',
  'put f --nodes -1',
  'put f --nodes 1e3',
  'put f --workers 0',
  'put f --workers 17',
  'put f --blob-bytes 0',
  'put f --blob-bytes 32505857',
  'put f --json=yes',
  'put f --dir=',
  `get ${ID}`,
  `get ${ID} -o`,
  `get ${ID} --output=`,
  'get -o out',
  `sample ${ID} ${ID}`,
  `sample ${ID} --confidence 0`,
  `sample ${ID} --confidence 1`,
  `sample ${ID} --confidence 1.5`,
  `sample ${ID} --confidence 0.99999999999999999`,
  `sample ${ID} --confidence NaN`,
  `sample ${ID} --confidence=-0.5`,
  `verify f`,
  `verify ${ID} f extra`,
  'demo a b',
  'demo --nodes 3',
])('wrong usage is refused: %j', (line) => {
  expect(codeThrown(() => parse(line))).toBe('usage');
});

test('an empty file name is wrong usage', () => {
  expect(codeThrown(() => parseCommand(['put', '']))).toBe('usage');
});

test.each(['get nonsense -o out', 'sample blob:12', `verify ${ID} f`])(
  'a malformed identifier has its own code: %j',
  (line) => {
    expect(codeThrown(() => parse(line))).toBe('identifier_malformed');
  },
);

test('--json is seen even where parsing fails', () => {
  expect(wantsJson(['frobnicate', '--json'])).toBe(true);
  expect(wantsJson(['frobnicate'])).toBe(false);
});
