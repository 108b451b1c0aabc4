import { seededRandom } from '@barycenter/testing';
import { toPem } from '@barycenter/testing/synthetic-ca';
import { describe, expect, it } from 'vitest';
import { readPem } from '../src/pem.ts';
import { certificateBlocks, certificateBytes } from './oracle/certificates.ts';

const SEED = 62;

function refuses(text: string, bounds?: Parameters<typeof readPem>[1]): void {
  expect(() => readPem(text, bounds)).toThrow(
    expect.objectContaining({ name: 'TeeError', code: 'pem_malformed' }),
  );
}

describe('PEM', () => {
  it('of every published certificate gives the bytes that Node reads', () => {
    const blocks = certificateBlocks();
    const bytes = certificateBytes();
    blocks.forEach((block, i) => {
      expect(readPem(block)).toEqual([bytes[i]]);
    });
  });

  it('of random bytes gives them back, one or many, with LF, CRLF, blank lines and NUL bytes at the end', () => {
    const random = seededRandom(SEED);
    for (let round = 0; round < 200; round++) {
      const items = Array.from({ length: 1 + random.integer(8) }, () =>
        random.bytes(1 + random.integer(300)),
      );
      const text = toPem(...items);
      const label = `seed ${SEED}, round ${round}`;
      expect(readPem(text), label).toEqual(items);
      expect(readPem(text.replaceAll('\n', '\r\n')), label).toEqual(items);
      expect(readPem(`\n\r\n${text.replaceAll('-\n-', '-\n\n-')}\n\0\0`), label).toEqual(items);
      expect(readPem(text.trimEnd()), label).toEqual(items);
    }
  });

  it('has one text per list of certificates: no flipped bit of a text gives the same certificates', () => {
    const random = seededRandom(SEED + 1);
    const items = [random.bytes(100), random.bytes(101), random.bytes(102)];
    const text = `${toPem(...items)}\0`;
    for (let bit = 0; bit < 8 * text.length; bit++) {
      const codes = Buffer.from(text, 'latin1');
      codes[bit >> 3] = (codes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      let found: Uint8Array[] = [];
      try {
        found = readPem(codes.toString('latin1'));
      } catch {
        continue;
      }
      expect(found, `bit ${bit}`).not.toEqual(items);
    }
  });

  it('is refused with anything beside certificates', () => {
    const text = toPem(Uint8Array.of(1, 2, 3, 4));
    for (const bad of [
      '',
      '\n\n',
      '\0',
      ` ${text}`,
      `${text} `,
      `text\n${text}`,
      `${text}text`,
      `\0${text}`,
      text.replace(/CERTIFICATE/g, 'X509 CRL'),
      text.replace('END CERTIFICATE', 'END X509 CRL'),
      text.replace('-----BEGIN', '----BEGIN'),
      text.replace('CERTIFICATE-----\n', 'CERTIFICATE-----'),
      text.replace('CERTIFICATE-----\n', 'CERTIFICATE-----\r'),
      text.trimEnd() + text,
      `${text.trimEnd()}\r`,
      `${text.trimEnd()}\rx`,
      text.slice(0, -10),
      '-----BEGIN CERTIFICATE-----\n',
      '-----BEGIN CERTIFICATE-----',
    ]) {
      refuses(bad);
    }
  });

  it('is refused with base64 that is not canonical', () => {
    const block = (body: string) =>
      `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
    expect(readPem(block('AQID'))).toEqual([Uint8Array.of(1, 2, 3)]);
    for (const body of [
      'AQI',
      'AQ=',
      'AQ',
      'AR==',
      'AQJ=',
      'AQID=',
      'AQ==AQ==',
      'AQ I',
      'AQ_D',
      'A\u00a0QID',
      '====',
      'AQID\rAQID',
    ])
      refuses(block(body));
  });

  it('is refused beyond its bounds of certificates and characters', () => {
    const text = toPem(Uint8Array.of(1), Uint8Array.of(2));
    refuses(text, { maxCertificates: 1, maxCharacters: 1_000 });
    refuses(text, { maxCertificates: 2, maxCharacters: text.length - 1 });
    expect(readPem(text, { maxCertificates: 2, maxCharacters: text.length })).toHaveLength(2);
    refuses(toPem(...Array.from({ length: 9 }, () => Uint8Array.of(1))));
    refuses('\n'.repeat(65_537));
  });

  it('of hostile repetition is refused in time that grows with the text only', () => {
    const size = 1 << 20;
    const bounds = { maxCertificates: 8, maxCharacters: 2 * size };
    const begin = '-----BEGIN CERTIFICATE-----\n';
    for (const text of [
      `${'\0'.repeat(size)}x`,
      `${'\0x'.repeat(size / 2)}`,
      `${' '.repeat(size)}x`,
      `${'\n'.repeat(size)}x`,
      `${'\r\n'.repeat(size / 2)}\r`,
      begin.repeat(size / begin.length),
      begin + 'A'.repeat(size),
      begin + 'A\n'.repeat(size / 2),
      begin + '='.repeat(size),
      begin + '-----END CERTIFICATE'.repeat(size / 20),
    ]) {
      refuses(text, bounds);
    }
  });
});
