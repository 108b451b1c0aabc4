import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkSet, fetchVectors, parsePins, type VectorPin } from './vectors.ts';
import { ROOT } from './workspace.ts';

const GOOD = Buffer.from('input: 1\noutput: true\n');
const OTHER = Buffer.from('input: 2\noutput: null\n');

let server: Server;
let base: string;
let into: string;
let requests: string[];
let respond: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  requests = [];
  respond = (_request, response) => response.end(GOOD);
  server = createServer((request, response) => {
    requests.push(request.url!);
    respond(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mirror/`;
  into = mkdtempSync(join(tmpdir(), 'barycenter-vectors-'));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(into, { recursive: true });
});

test('a file with the pinned size and hash is fetched to its place', async () => {
  const reports = await fetchVectors({ pins: [pinOf('set/a/one.yaml', GOOD)], base, into });
  expect(reports).toEqual([{ set: 'set', files: 1, fetched: 1, errors: [] }]);
  expect(readFileSync(join(into, 'set', 'a', 'one.yaml'))).toEqual(GOOD);
  expect(requests).toEqual(['/mirror/owner/repository/abc/set/a/one.yaml']);
  expect(existsSync(join(into, '.incoming'))).toBe(false);
});

test('a complete set is checked and not fetched again', async () => {
  const pins = [pinOf('set/one.yaml', GOOD)];
  await fetchVectors({ pins, base, into });
  const [again] = await fetchVectors({ pins, base, into });
  expect(again).toEqual({ set: 'set', files: 1, fetched: 0, errors: [] });
  expect(requests).toHaveLength(1);
});

test('a file with a wrong hash is refused by name and its set is not put in place', async () => {
  respond = (_request, response) => response.end(OTHER);
  const [report] = await fetchVectors({ pins: [pinOf('set/one.yaml', GOOD)], base, into });
  expect(report!.errors).toEqual([
    expect.stringMatching(/^set\/one\.yaml: SHA-256 [0-9a-f]{64}, expected [0-9a-f]{64} from http/),
  ]);
  expect(existsSync(join(into, 'set'))).toBe(false);
});

test('an absent file is reported with its status and address', async () => {
  respond = (_request, response) => response.writeHead(404).end();
  const [report] = await fetchVectors({ pins: [pinOf('set/one.yaml', GOOD)], base, into });
  expect(report!.errors).toEqual([
    `set/one.yaml: HTTP 404 from ${base}owner/repository/abc/set/one.yaml`,
  ]);
});

test('a body longer than its pin is abandoned at the bound', async () => {
  let sent = 0;
  respond = (_request, response) => {
    const more = (): void => {
      sent += 65_536;
      if (sent < 2 ** 26 && response.write(Buffer.alloc(65_536))) setImmediate(more);
      else response.once('drain', more);
    };
    more();
  };
  const [report] = await fetchVectors({ pins: [pinOf('set/one.yaml', GOOD)], base, into });
  expect(report!.errors).toEqual([expect.stringContaining('more than the 22 bytes expected')]);
  expect(sent).toBeLessThan(2 ** 26);
});

test('a body shorter than its pin is refused, whether the server admits it or not', async () => {
  respond = (_request, response) => response.end(GOOD.subarray(0, 10));
  const pins = [pinOf('set/one.yaml', GOOD)];
  const [short] = await fetchVectors({ pins, base, into });
  expect(short!.errors).toEqual([expect.stringContaining('10 bytes, expected 22')]);

  respond = (_request, response) => {
    response.writeHead(200, { 'content-length': GOOD.length });
    response.write(GOOD.subarray(0, 10), () => response.destroy());
  };
  const [cut] = await fetchVectors({ pins, base, into });
  expect(cut!.errors).toEqual([expect.stringMatching(/^set\/one\.yaml: .*\(http/)]);
  expect(existsSync(join(into, 'set'))).toBe(false);
});

test('an interrupted run goes on where it stopped', async () => {
  const pins = [pinOf('set/one.yaml', GOOD), pinOf('set/two.yaml', OTHER)];
  respond = (request, response) =>
    request.url!.endsWith('one.yaml') ? response.end(GOOD) : response.writeHead(503).end();
  const [first] = await fetchVectors({ pins, base, into });
  expect(first).toMatchObject({ fetched: 1, errors: [expect.stringContaining('HTTP 503')] });

  requests = [];
  respond = (_request, response) => response.end(OTHER);
  const [second] = await fetchVectors({ pins, base, into });
  expect(second).toEqual({ set: 'set', files: 2, fetched: 1, errors: [] });
  expect(requests).toEqual(['/mirror/owner/repository/abc/set/two.yaml']);
});

test('a set without an upstream is never requested', async () => {
  const pin = { ...pinOf('made/one.json', GOOD), upstream: undefined };
  expect(await fetchVectors({ pins: [pin], base, into })).toEqual([]);
  expect(requests).toEqual([]);
});

test('a set in place that was changed afterwards is reported file by file', async () => {
  const pins = [pinOf('set/one.yaml', GOOD)];
  await fetchVectors({ pins, base, into });
  writeFileSync(join(into, 'set', 'one.yaml'), OTHER);
  expect(checkSet(join(into, 'set'), pins)).toEqual([expect.stringContaining('SHA-256')]);
  const [report] = await fetchVectors({ pins, base, into });
  expect(report!.errors).toHaveLength(1);
});

test('the committed table parses, names each file once and bounds each size', () => {
  const pins = parsePins(readFileSync(join(ROOT, 'testing', 'vectors.txt'), 'utf8'));
  expect(new Set(pins.map(({ path }) => path)).size).toBe(pins.length);
  expect(pins.length).toBeGreaterThan(150);
  for (const { bytes } of pins) expect(bytes).toBeLessThan(5_000_000);
});

test('a malformed row of the table is an error that names its line', () => {
  expect(() => parsePins('# comment\nabc 1 set/x y\n')).toThrow('line 2');
  expect(() => parsePins(`${'0'.repeat(64)} 1 ../x y\n`)).toThrow('line 1');
});

function pinOf(path: string, bytes: Uint8Array): VectorPin {
  return {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    path,
    upstream: `owner/repository/abc/${path}`,
  };
}
