import { seededRandom } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import { TeeError } from '../src/errors.ts';
import { parseNvidiaEvidence } from '../src/nvidia/evidence.ts';

const device = {
  arch: 'HOPPER',
  certificate: btoa('-----BEGIN'),
  evidence: btoa('report'),
  nonce: '5a'.repeat(32),
};

function codeOf(json: string): string {
  try {
    parseNvidiaEvidence(json);
    return 'ok';
  } catch (error) {
    if (!(error instanceof TeeError)) throw error;
    return error.code;
  }
}

const MALFORMED = 'gpu_evidence_malformed';

describe('an evidence file', () => {
  it('gives report, chain and claims of each device', () => {
    const parsed = parseNvidiaEvidence(
      JSON.stringify([
        device,
        { ...device, arch: 'BLACKWELL', version: '1' },
        { ...device, arch: 'LS10' },
      ]),
    );
    expect(parsed.map(({ claimed }) => claimed?.architecture)).toEqual(['GH100', 'GB100', 'LS_10']);
    expect(parsed[0]).toMatchObject({
      report: new TextEncoder().encode('report'),
      chain: '-----BEGIN',
      claimed: { nonce: new Uint8Array(32).fill(0x5a) },
    });
  });

  it('that is no list of 1 to 64 devices is refused', () => {
    for (const json of ['', '{', '{}', 'null', '[]', '[null]', '[1]', JSON.stringify(device)])
      expect(codeOf(json)).toBe(MALFORMED);
    expect(codeOf(JSON.stringify(Array(64).fill(device)))).toBe('ok');
    expect(codeOf(JSON.stringify(Array(65).fill(device)))).toBe(MALFORMED);
  });

  it('with a field missing, of another type or too long is refused', () => {
    const wrong: readonly object[] = [
      { arch: 'GH100' },
      { arch: 'toString' },
      { arch: undefined },
      { nonce: '5a' },
      { nonce: 'xx'.repeat(32) },
      { nonce: 7 },
      { certificate: undefined },
      { certificate: btoa('\xff\xfe') },
      { certificate: btoa('x'.repeat(20_000)) },
      { evidence: 'a' },
      { evidence: '====' },
      { evidence: 'ab-_' },
      { evidence: btoa('x'.repeat(20_000)) },
    ];
    for (const change of wrong)
      expect(codeOf(JSON.stringify([{ ...device, ...change }])), JSON.stringify(change)).toBe(
        MALFORMED,
      );
  });

  it('longer than the bound, or of random characters, is refused', () => {
    expect(codeOf(`[${' '.repeat(2_100_000)}]`)).toBe(MALFORMED);
    const random = seededRandom(7);
    for (let round = 0; round < 200; round++)
      expect(codeOf(String.fromCharCode(...random.bytes(random.integer(200))))).toBe(MALFORMED);
  });
});
