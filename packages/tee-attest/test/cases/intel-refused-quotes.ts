/** Quotes that must be refused. */
import { verifySgx, verifyTdx } from '../../src/intel.ts';
import { flipped } from './case.ts';
import type { Refusal, Spoiled } from './intel-refusal.ts';
import { hex, little, type World } from './intel-world.ts';

const BODY_END = { sgx: 48 + 384, td10: 48 + 584, td15: 54 + 648 } as const;
/** Offsets in a TDX quote of version 4. */
const SIGNATURE = BODY_END.td10 + 4;
const ATTESTATION_KEY = SIGNATURE + 64;
const QE_REPORT = ATTESTATION_KEY + 64 + 6;
const QE_SIGNATURE = QE_REPORT + 384;
const AUTH_SIZE = QE_SIGNATURE + 64;
const ORDER = hex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');

/** Writes bytes into a copy of the quote. */
const write =
  (at: number, bytes: Uint8Array) =>
  ({ quote }: World): Spoiled => {
    const copy = Uint8Array.from(quote);
    copy.set(bytes, at);
    return { quote: copy };
  };
const flip =
  (at: number, bit = 0) =>
  ({ quote }: World): Spoiled => ({ quote: flipped(quote, 8 * at + bit) });

export const QUOTES: readonly Refusal[] = [
  ['signature data one byte shorter', 'quote_trailing_bytes', { world: resized(-1) }],
  ['signature data one byte longer', 'quote_malformed', { world: resized(1) }],
  [
    'signature data one byte shorter, and trimmed',
    'quote_malformed',
    { world: (world) => ({ ...resized(-1)(world), options: { trailing: 'trim' } }) },
  ],
  ['bytes after the quote', 'quote_trailing_bytes', { world: ({ quote }) => grown(quote, 1) }],
  ['a quote beyond the bound', 'quote_malformed', { world: ({ quote }) => grown(quote, 40_000) }],
  ['version 2', 'quote_version_unsupported', { world: write(0, little(2, 2)) }],
  ['version 6', 'quote_version_unsupported', { world: write(0, little(6, 2)) }],
  ['TDX in version 3', 'quote_tee_mismatch', { world: write(0, little(3, 2)) }],
  ['an unknown technology', 'quote_tee_mismatch', { world: write(4, little(1, 4)) }],
  ['a key on P-384', 'quote_key_type_unsupported', { world: write(2, little(3, 2)) }],
  ['another vendor', 'quote_vendor_unknown', { world: flip(12) }],
  ['an unknown body type', 'quote_malformed', { kind: 'td15', world: write(48, little(4, 2)) }],
  [
    'a body type of another size',
    'quote_malformed',
    { kind: 'td15', world: write(48, little(2, 2)) },
  ],
  ['a wrong body size', 'quote_malformed', { kind: 'td15', world: write(50, little(584, 4)) }],
  [
    'a body of the other technology',
    'quote_tee_mismatch',
    { kind: 'td15', world: write(4, little(0, 4)) },
  ],
  ...[1, 2, 3, 4, 6, 7].map(
    (type): Refusal => [
      `certification data of type ${type}`,
      'quote_certification_unsupported',
      {
        recipe: (recipe) => {
          recipe.certificationType = type;
        },
      },
    ],
  ),
  [
    'certification data that wraps no report',
    'quote_certification_unsupported',
    { world: write(QE_REPORT - 6, little(5, 2)) },
  ],
  [
    'authentication data said to be empty',
    'quote_certification_unsupported',
    { world: write(AUTH_SIZE, little(0, 2)) },
  ],
  [
    'authentication data said to be shorter',
    'quote_certification_unsupported',
    { world: write(AUTH_SIZE, little(31, 2)) },
  ],
  [
    'authentication data said to be longer than all',
    'quote_malformed',
    { world: write(AUTH_SIZE, little(65_535, 2)) },
  ],
  ['a changed header', 'quote_signature_invalid', { world: flip(30) }],
  ['a changed body', 'quote_signature_invalid', { world: flip(48 + 140) }],
  ['a changed body descriptor', 'quote_malformed', { kind: 'td15', world: flip(51) }],
  ['a changed signature', 'quote_signature_invalid', { world: flip(SIGNATURE + 40) }],
  ['r of zero', 'quote_signature_invalid', { world: write(SIGNATURE, new Uint8Array(32)) }],
  ['s of zero', 'quote_signature_invalid', { world: write(SIGNATURE + 32, new Uint8Array(32)) }],
  ['r of the group order', 'quote_signature_invalid', { world: write(SIGNATURE, ORDER) }],
  [
    'r beyond the group order',
    'quote_signature_invalid',
    { world: write(SIGNATURE, new Uint8Array(32).fill(255)) },
  ],
  [
    'an attestation key off the curve',
    'public_key_invalid',
    {
      recipe: (recipe) => {
        recipe.attestationKey = new Uint8Array(64).fill(1);
      },
    },
  ],
  [
    'an attestation key off the curve that nobody certified',
    'qe_report_data_mismatch',
    { world: flip(ATTESTATION_KEY + 3) },
  ],
  [
    "another's attestation key",
    'qe_report_data_mismatch',
    { world: (world, { other }) => write(ATTESTATION_KEY, other.point)(world) },
  ],
  [
    "a quoting enclave's report with data behind the hash",
    'qe_report_data_mismatch',
    {
      recipe: (recipe) => {
        recipe.editQeReport = (report) => {
          report[360] = 1;
        };
      },
    },
  ],
  [
    'authentication data that was not hashed',
    'qe_report_data_mismatch',
    {
      recipe: (recipe) => {
        recipe.editQeReport = (report) => void report.fill(7, 320, 352);
      },
    },
  ],
  [
    "a changed quoting enclave's report",
    'qe_report_signature_invalid',
    { world: flip(QE_REPORT + 70) },
  ],
  [
    "a changed signature of the quoting enclave's report",
    'qe_report_signature_invalid',
    { world: flip(QE_SIGNATURE + 9) },
  ],
  [
    'an SGX quote where TDX is demanded',
    'quote_tee_mismatch',
    { kind: 'sgx', world: () => ({ verify: verifyTdx }) },
  ],
  [
    'a TDX quote where SGX is demanded',
    'quote_tee_mismatch',
    { world: () => ({ verify: verifySgx }) },
  ],
];

function resized(by: number): (world: World) => Spoiled {
  return (world) => {
    const at = BODY_END.td10;
    const size = new DataView(world.quote.buffer).getUint32(at, true);
    return write(at, little(size + by, 4))(world);
  };
}

function grown(quote: Uint8Array, by: number): Spoiled {
  const longer = new Uint8Array(quote.length + by);
  longer.set(quote);
  return { quote: longer };
}
