/**
 * Reference manifests, OCSP answers and keys from NVIDIA: the RIM service
 * (docs.attestation.nvidia.com), the OCSP responder (RFC 6960 appendix A.1), and the key set of the
 * attestation service.
 */
import { bytesToHex, parseText } from '../bytes.ts';
import { digestSync } from '../crypto.ts';
import { TeeError } from '../errors.ts';
import { readBase64 } from '../xml/base64.ts';
import { MAX_XML_BYTES } from '../xml/read.ts';
import { type Answer, type CollateralClient, type Fetched, fetched } from './answer.ts';

export const NVIDIA_RIM_URL = 'https://rim.attestation.nvidia.com';
export const NVIDIA_OCSP_URL = 'https://ocsp.ndis.nvidia.com';
/** Issuer of the attestation service's tokens, and where its keys are. */
export const NVIDIA_NRAS_URL = 'https://nras.attestation.nvidia.com';

const MAX_MANIFEST_ID_CHARACTERS = 128;
const MAX_ENVELOPE_BYTES = 2 * MAX_XML_BYTES;
const MAX_OCSP_BYTES = 16_384;
const MAX_KEY_SET_BYTES = 262_144;
const HOUR_MS = 3_600_000;
/** A manifest's file does not change; its signer may be revoked, which OCSP tells. */
const MANIFEST_AGE_MS = 7 * 24 * HOUR_MS;

/**
 * Fetches a manifest (XML) by the name that `driverManifestId` and its siblings give. The service's
 * own hash of it is checked, against damage on the way only.
 * @throws TeeError `fetch_request` for a name that is none, else with another `fetch_…` code.
 */
export async function fetchManifest(
  client: CollateralClient,
  { id, baseUrl = NVIDIA_RIM_URL }: { readonly id: string; readonly baseUrl?: string },
): Promise<Fetched<Uint8Array>> {
  if (id.length > MAX_MANIFEST_ID_CHARACTERS || !/^NV_[A-Z0-9]+(?:[_.-][A-Za-z0-9]+)*$/.test(id))
    throw new TeeError('fetch_request', 'no name of a manifest');
  const read = ({ body }: Answer): Uint8Array => readEnvelope(body, id);
  const answer = await client.get({
    key: `nvidia/rim/${id}`,
    url: `${baseUrl}/v1/rim/${id}`,
    maxBytes: MAX_ENVELOPE_BYTES,
    maxAgeMs: MANIFEST_AGE_MS,
    check: read,
  });
  return fetched(read(answer), [answer]);
}

/**
 * Sends an OCSP request (DER) and returns the answer (DER). Always asked anew: the request's nonce
 * is what makes the answer fresh.
 * @throws TeeError with a `fetch_…` code.
 */
export async function fetchOcsp(
  client: CollateralClient,
  { request, url = NVIDIA_OCSP_URL }: { readonly request: Uint8Array; readonly url?: string },
): Promise<Fetched<Uint8Array>> {
  const answer = await client.get({
    key: `nvidia/ocsp/${bytesToHex(digestSync('SHA-256', request))}`,
    url,
    maxBytes: MAX_OCSP_BYTES,
    maxAgeMs: 0,
    post: { body: request, contentType: 'application/ocsp-request' },
  });
  return fetched(answer.body, [answer]);
}

/**
 * Fetches the keys that sign the attestation service's tokens (JSON). Trusted for its address: archive
 * it with the token.
 * @throws TeeError with a `fetch_…` code.
 */
export async function fetchNrasKeys(
  client: CollateralClient,
  { issuer = NVIDIA_NRAS_URL }: { readonly issuer?: string } = {},
): Promise<Fetched<Uint8Array>> {
  const answer = await client.get({
    key: `nvidia/nras/${issuer}`,
    url: `${issuer}/.well-known/jwks.json`,
    maxBytes: MAX_KEY_SET_BYTES,
    maxAgeMs: HOUR_MS,
    check: ({ body }) => {
      readObject(body);
    },
  });
  return fetched(answer.body, [answer]);
}

/** `{"id", "rim": base64, "sha256": hex, "rim_format": "TCG", …}` */
function readEnvelope(body: Uint8Array, expectedId: string): Uint8Array {
  const { id, rim, sha256, rim_format: format } = readObject(body);
  if (id !== expectedId) throw malformed('another manifest');
  if (format !== undefined && format !== 'TCG') throw malformed('a manifest of another format');
  const xml = typeof rim === 'string' ? readBase64(rim) : undefined;
  if (xml === undefined) throw malformed('no manifest');
  if (sha256 !== bytesToHex(digestSync('SHA-256', xml))) throw malformed('a damaged manifest');
  return xml;
}

function readObject(body: Uint8Array): Record<string, unknown> {
  const text = parseText(body);
  try {
    const value: unknown = JSON.parse(text ?? '');
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch (cause) {
    throw malformed('no JSON', cause);
  }
  throw malformed('no JSON object');
}

function malformed(what: string, cause?: unknown): TeeError {
  return new TeeError('fetch_malformed', `not an answer of NVIDIA: ${what}`, { cause });
}
