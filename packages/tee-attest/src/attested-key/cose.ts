/**
 * The COSE twin of an attested key: the same fields as deterministic CBOR, signed by each appraiser
 * as COSE_Sign1 (RFC 9052 §4.2) with Ed25519 or P-256, for those who do not live on an EVM. Chain and
 * registry stand in the external data, so that a message counts in one place only. All messages
 * of one statement carry the same payload, and the statement's name is its EIP-712 digest here too.
 */
import { bytesToHex, equalBytes } from '../bytes.ts';
import { decodeCbor } from '../cbor/decode.ts';
import { type CborKey, type CborValue, encodeCbor } from '../cbor/encode.ts';
import { recorded, type Verified } from '../checks.ts';
import { readNow } from '../clock.ts';
import { TeeError } from '../errors.ts';
import { type CoseAppraiser, type CoseAppraisers, checkCoseAppraisers } from './appraisers.ts';
import { verifySignature } from './cose-key.ts';
import {
  ATTESTED_KEY_FIELDS,
  type AttestedKey,
  checkStatement,
  digestOfChecked,
  expiryOf,
} from './statement.ts';
import { DOMAIN_NAME, DOMAIN_VERSION, type Domain } from './typed-data.ts';
import { type AttestedKeyFacts, type AttestedKeyRequest, checkStanding } from './verify.ts';

/** RFC 9052 §4.2, IANA "CBOR Tags". */
const SIGN1_TAG = 18;
/** IANA "COSE Algorithms". */
const ALGORITHMS = { EdDSA: -8, ES256: -7 } as const;
/** IANA "COSE Header Parameters". */
const HEADER_ALGORITHM = 1;
const HEADER_KID = 4;
/** Longest message read: a statement has 420 bytes. */
export const MAX_COSE_BYTES = 1024;

/** A fully read message. */
interface Sign1 {
  readonly protectedHeader: Uint8Array;
  readonly algorithm: number;
  readonly kid: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

/** The statement as CBOR: a map from the field's position, counted from 1, to its value. */
export function encodeStatement(statement: AttestedKey): Uint8Array<ArrayBuffer> {
  const values: Readonly<Record<string, Uint8Array | bigint | number>> = { ...statement };
  return encodeCbor(
    new Map(ATTESTED_KEY_FIELDS.map(([name], i) => [i + 1, values[name] as CborValue])),
  );
}

/** Reads {@link encodeStatement}. @throws TeeError `cbor_malformed`, `statement_malformed`, `statement_key_id`. */
export function decodeStatement(bytes: Uint8Array, domain: Domain): AttestedKey {
  const map = decodeCbor(bytes);
  if (!(map instanceof Map) || map.size !== ATTESTED_KEY_FIELDS.length)
    throw malformed('no map of its fields');
  const fields = ATTESTED_KEY_FIELDS.map(([name, type], i) => {
    const value: unknown = map.get(i + 1);
    return [name, type === 'uint64' && typeof value === 'number' ? BigInt(value) : value];
  });
  const statement: AttestedKey = Object.fromEntries(fields);
  checkStatement(statement, domain);
  return statement;
}

/** What an appraiser signs: the Sig_structure of RFC 9052 §4.4. Call `checkProposal` first. */
export function coseToSign(
  statement: AttestedKey,
  {
    domain,
    appraiser,
  }: { readonly domain: Domain; readonly appraiser: Pick<CoseAppraiser, 'kid' | 'algorithm'> },
): Uint8Array<ArrayBuffer> {
  checkStatement(statement, domain);
  return signedBytes(header(appraiser), encodeStatement(statement), domain);
}

/** The message of one appraiser: tagged COSE_Sign1. `signature` is over {@link coseToSign}, 64 bytes. */
export function encodeCose(
  statement: AttestedKey,
  {
    appraiser,
    signature,
  }: {
    readonly appraiser: Pick<CoseAppraiser, 'kid' | 'algorithm'>;
    readonly signature: Uint8Array;
  },
): Uint8Array<ArrayBuffer> {
  const value: CborValue = [header(appraiser), new Map(), encodeStatement(statement), signature];
  return encodeCbor({ tag: SIGN1_TAG, value });
}

/**
 * Verifies the messages of k appraisers over one statement, ascending by kid. One signature
 * verification each, by WebCrypto where it has the algorithm.
 */
export function verifyAttestedKeyCose(
  messages: readonly Uint8Array[],
  request: Omit<AttestedKeyRequest, 'appraisers'> & { readonly appraisers: CoseAppraisers },
): Promise<Verified<AttestedKeyFacts>> {
  const now = readNow(request.now);
  const { appraisers, domain } = request;
  checkCoseAppraisers(appraisers);
  return recorded('attestedKey', async (checks) => {
    const enough =
      messages.length >= appraisers.threshold && messages.length <= appraisers.keys.length;
    checks.must(enough, 'attestedKey.threshold', 'appraisers_too_few', {
      expected: `${appraisers.threshold} to ${appraisers.keys.length}`,
      actual: String(messages.length),
    });
    const read = messages.map(decodeSign1);
    const payload = (read[0] as Sign1).payload;
    const same = read.every((message) => equalBytes(message.payload, payload));
    checks.must(same, 'attestedKey.onePayload', 'statement_malformed');
    const statement = decodeStatement(payload, domain);
    checkStanding(statement, { ...request, now, setEpoch: appraisers.epoch }, checks);
    let previous = '';
    const signers = read.map(({ kid, algorithm }, i) => {
      const name = bytesToHex(kid);
      const key = appraisers.keys.find((known) => equalBytes(known.kid, kid));
      const known = key !== undefined && ALGORITHMS[key.algorithm] === algorithm;
      checks.must(known, `attestedKey.${i}.known`, 'appraiser_unknown', { actual: name });
      checks.must(name > previous, `attestedKey.${i}.ascending`, 'appraisers_not_ascending');
      previous = name;
      return key as CoseAppraiser;
    });
    const genuine = await Promise.all(
      read.map(({ protectedHeader, signature }, i) =>
        verifySignature(signers[i] as CoseAppraiser, {
          signature,
          data: signedBytes(protectedHeader, payload, domain),
        }),
      ),
    );
    genuine.forEach((ok, i) => {
      checks.must(ok, `attestedKey.${i}.signature`, 'appraiser_signature_invalid');
    });
    const digest = digestOfChecked(statement, domain);
    const expiresAt = expiryOf(statement);
    return { statement, digest, signers: signers.map(({ kid }) => kid), expiresAt };
  });
}

function header({ algorithm, kid }: Pick<CoseAppraiser, 'kid' | 'algorithm'>): Uint8Array {
  const entries: [CborKey, CborValue][] = [
    [HEADER_ALGORITHM, ALGORITHMS[algorithm]],
    [HEADER_KID, kid],
  ];
  return encodeCbor(new Map(entries));
}

function signedBytes(
  protectedHeader: Uint8Array,
  payload: Uint8Array,
  domain: Domain,
): Uint8Array<ArrayBuffer> {
  const external = encodeCbor([DOMAIN_NAME, DOMAIN_VERSION, domain.chainId, domain.registry]);
  return encodeCbor(['Signature1', protectedHeader, external, payload]);
}

function decodeSign1(bytes: Uint8Array): Sign1 {
  if (bytes.length > MAX_COSE_BYTES)
    throw malformed(`${bytes.length} bytes, at most ${MAX_COSE_BYTES}`);
  const tagged = decodeCbor(bytes);
  const parts: unknown = isTagged(tagged) && tagged.tag === SIGN1_TAG ? tagged.value : undefined;
  if (!Array.isArray(parts) || parts.length !== 4) throw malformed('no COSE_Sign1');
  const [protectedHeader, open, payload, signature] = parts as unknown[];
  if (!(open instanceof Map) || open.size !== 0) throw malformed('unprotected headers');
  if (!isBytes(protectedHeader) || !isBytes(payload) || !isBytes(signature))
    throw malformed('no COSE_Sign1');
  const headers = decodeCbor(protectedHeader);
  const algorithm: unknown = headers instanceof Map ? headers.get(HEADER_ALGORITHM) : undefined;
  const kid: unknown = headers instanceof Map ? headers.get(HEADER_KID) : undefined;
  if ((headers as { size?: number }).size !== 2 || typeof algorithm !== 'number' || !isBytes(kid)) {
    throw malformed('other headers than algorithm and kid');
  }
  return { protectedHeader, algorithm, kid, payload, signature };
}

function isTagged(value: CborValue): value is { tag: number; value: CborValue } {
  return typeof value === 'object' && 'tag' in value;
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

function malformed(what: string): TeeError {
  return new TeeError('statement_malformed', `not a COSE attested key: ${what}`);
}
