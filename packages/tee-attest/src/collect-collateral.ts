/**
 * What bare evidence lacks, asked of a client: the vendors' services, a cache of them, or an offline
 * bundle. The evidence itself says what it needs; nothing of it is verified here, and nothing that is
 * fetched is trusted.
 */
import { productOfCpuid, readTcb } from './amd/product.ts';
import { parseSnpReport } from './amd/report.ts';
import type { SnpCollateral } from './amd/verify.ts';
import type { GpuEvidence } from './appraisal/evidence.ts';
import { commonName } from './certificate.ts';
import { Checks } from './checks.ts';
import { TeeError } from './errors.ts';
import { fetchSnpAuthority, fetchVcek } from './fetch/amd.ts';
import type { CollateralClient } from './fetch/answer.ts';
import { fetchIntelCollateral } from './fetch/intel.ts';
import { fetchManifest, fetchOcsp } from './fetch/nvidia.ts';
import { type IntelCollateral, readPcsResponses } from './intel/collateral.ts';
import { chainText, parsePckChain } from './intel/pck-chain.ts';
import { parseQuote } from './intel/quote.ts';
import { readIdentity } from './nvidia/chain.ts';
import { ocspRequests } from './nvidia/ocsp-request.ts';
import { parseGpuReport } from './nvidia/report.ts';
import type { OcspAnswer } from './nvidia/revocation.ts';
import { manifestOcspRequests } from './nvidia/rim.ts';
import { driverManifestId, switchManifestId, vbiosManifestId } from './nvidia/rim-id.ts';

/**
 * Collateral of an SGX or TDX quote: four requests.
 * @throws TeeError with a code of quotes, or a `fetch_…` code.
 */
export async function collectIntel(
  quote: Uint8Array,
  client: CollateralClient,
): Promise<IntelCollateral> {
  const { kind, certificates } = parseQuote(quote, { trailing: 'trim' });
  const { authority, pck } = parsePckChain(chainText(certificates), { pckCa: [] });
  const isPlatform = commonName(authority) === 'Intel SGX PCK Platform CA';
  const ca = isPlatform ? 'platform' : 'processor';
  const answers = await fetchIntelCollateral(client, { tee: kind, fmspc: pck.fmspc, ca });
  return readPcsResponses(answers.value);
}

/**
 * Certificate, chain and revocation list of a SEV-SNP report that a VCEK signed: three requests. A
 * VLEK is not to be had from AMD; the cloud provider hands it to the guest.
 * @throws TeeError with a code of reports, `snp_product_mismatch` if the report does not tell its
 * product (version 2), or a `fetch_…` code.
 */
export async function collectSnp(
  bytes: Uint8Array,
  client: CollateralClient,
): Promise<SnpCollateral> {
  const report = parseSnpReport(bytes);
  const product = report.cpuid && productOfCpuid(report.cpuid);
  if (product === undefined)
    throw new TeeError('snp_product_mismatch', 'the report does not tell a known product');
  const key = report.signingKey === 'vlek' ? 'vlek' : 'vcek';
  const authority = fetchSnpAuthority(client, { product, key });
  if (key === 'vlek') return (await authority).value;
  const tcb = readTcb(report.reportedTcb, product);
  const vcek = fetchVcek(client, { product, chipId: report.chipId, tcb });
  const [above, leaf] = await Promise.all([authority, vcek]);
  return { ...above.value, vcek: leaf.value };
}

/**
 * Manifests and revocation answers of a GPU or switch: two requests, three, and three per manifest.
 * What the services do not have is left out, for the policy to judge.
 * @throws TeeError with a code of devices or manifests, or a `fetch_…` code other than `fetch_not_found`.
 */
export async function collectGpu(
  { report, chain }: Pick<GpuEvidence, 'report' | 'chain'>,
  client: CollateralClient,
): Promise<Pick<GpuEvidence, 'manifests' | 'ocsp'>> {
  const { opaque } = parseGpuReport(report);
  const { architecture } = readIdentity(chain, new Checks());
  const { project, projectSku, chipSku, driverVersion, vbiosVersion } = opaque;
  const ids: string[] = [];
  if (driverVersion !== undefined) ids.push(driverManifestId(architecture, driverVersion));
  if (opaque.kind === 'switch') ids.push(switchManifestId(vbiosVersion));
  else if (project !== undefined && projectSku !== undefined && chipSku !== undefined)
    ids.push(vbiosManifestId({ project, projectSku, chipSku }, vbiosVersion));
  const ask = (requests: readonly Uint8Array[]) =>
    Promise.all(requests.map((request) => ifFound(fetchOcsp(client, { request }))));
  const fetchWithAnswers = async (id: string) => {
    const manifests = await ifFound(fetchManifest(client, { id }));
    return { manifests, ocsp: await ask(manifests.flatMap((xml) => manifestOcspRequests(xml))) };
  };
  const [named, own] = await Promise.all([
    Promise.all(ids.map(fetchWithAnswers)),
    ask(ocspRequests(chain, { from: 1 })),
  ]);
  const ocsp = [...own, ...named.flatMap((each) => each.ocsp)];
  return {
    manifests: named.flatMap(({ manifests }) => manifests),
    ocsp: ocsp.flat().map((response): OcspAnswer => ({ response })),
  };
}

/** The value in a list, or an empty list if the service does not have it. */
async function ifFound<Value>(request: Promise<{ readonly value: Value }>): Promise<Value[]> {
  try {
    return [(await request).value];
  } catch (error) {
    if (error instanceof TeeError && error.code === 'fetch_not_found') return [];
    throw error;
  }
}
