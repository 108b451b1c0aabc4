/**
 * Comparison of a device's measurements with reference manifests: every active reference value must be
 * met by the measurement of its index, in length and in one of its alternatives. A measurement for
 * which no manifest has a value is reported, not judged; NVIDIA gives none for what changes at run
 * time.
 */
import { bytesToHex, equalBytes } from '../bytes.ts';
import type { Checks } from '../checks.ts';
import type { NvidiaFacts } from './facts.ts';
import type { ReferenceManifest } from './reference-manifest.ts';
import type { GpuReport } from './report.ts';

type ReferenceMeasurement = ReferenceManifest['measurements'][number];

/** Index that is not compared while the video decoder is off. */
const NVDEC_INDEX = 35;

/** Manifests of one device, with how and when they are judged. */
export interface ManifestRequest {
  readonly driver: ReferenceManifest | undefined;
  readonly vbios: ReferenceManifest | undefined;
  /** Whether a missing manifest fails. */
  readonly required: boolean;
  /** Whether the signers of manifests must have been reported good. */
  readonly revocation: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly checks: Checks;
  readonly id: string;
}

/** Demands that a report agrees with its manifests. Undefined if none was given nor required. */
export function compareMeasurements(
  report: GpuReport,
  request: ManifestRequest,
): NvidiaFacts['measurements'] {
  const { driver, vbios, required, checks, id } = request;
  const { opaque } = report;
  if (required) {
    const noDriver = driver === undefined && opaque.kind === 'gpu';
    checks.must(!noDriver, `${id}.driver.given`, 'gpu_manifest_missing', {
      expected: `driver ${opaque.driverVersion}`,
    });
    checks.must(vbios !== undefined, `${id}.vbios.given`, 'gpu_manifest_missing', {
      expected: `VBIOS ${opaque.vbiosVersion}`,
    });
  }
  if (driver !== undefined) checkManifest(driver, 'driver', opaque.driverVersion, request);
  if (vbios !== undefined) {
    checkManifest(vbios, 'vbios', opaque.vbiosVersion, request);
    checkPlatform(vbios, report, request);
  }
  const manifests = [driver, vbios].filter((manifest) => manifest !== undefined);
  if (manifests.length === 0) return undefined;

  const references = collect(manifests, request);
  const skipped: number[] = [];
  for (const [index, reference] of references) {
    if (index === NVDEC_INDEX && opaque.nvdec === 'disabled') skipped.push(index);
    else compare(report, reference, request);
  }
  return {
    compared: references.size - skipped.length,
    skipped,
    withoutReference: report.measurements
      .map(({ index }) => index)
      .filter((index) => !references.has(index)),
    manifests: manifests.map(({ id, kind, version, sha256 }) => ({ id, kind, version, sha256 })),
  };
}

function checkManifest(
  manifest: ReferenceManifest,
  kind: ReferenceManifest['kind'],
  version: string | undefined,
  { revocation, now, checks, id }: ManifestRequest,
): void {
  const at = `${id}.${kind}`;
  checks.must(manifest.kind === kind, `${at}.kind`, 'gpu_manifest_mismatch', {
    expected: kind,
    actual: manifest.kind,
  });
  const same = manifest.version.toUpperCase() === version?.toUpperCase();
  checks.must(same, `${at}.version`, 'gpu_manifest_version_mismatch', {
    expected: version ?? 'none',
    actual: manifest.version,
  });
  // Compared so that a time that is none fails.
  const current = now <= manifest.expiresAt.getTime();
  checks.must(current, `${at}.notAfter`, 'gpu_manifest_expired', {
    actual: new Date(now).toISOString(),
  });
  const asked = manifest.revocationChecked === true || !revocation;
  checks.must(asked, `${at}.revocation`, 'ocsp_missing', { expected: 'signer reported good' });
  const active = manifest.measurements.some((measurement) => measurement.active);
  checks.must(active, `${at}.active`, 'gpu_manifest_mismatch', {
    expected: 'active measurements',
    actual: 'none',
  });
}

/** A VBIOS manifest that names its board must name this one. */
function checkPlatform(
  { platform = {} }: ReferenceManifest,
  { opaque }: GpuReport,
  { checks, id }: ManifestRequest,
): void {
  for (const field of ['project', 'projectSku', 'chipSku'] as const) {
    const expected = platform[field];
    if (expected === undefined) continue;
    const actual = opaque[field];
    checks.must(
      expected.toUpperCase() === actual?.toUpperCase(),
      `${id}.vbios.${field}`,
      'gpu_manifest_mismatch',
      { expected, actual: actual ?? 'none' },
    );
  }
}

/** Active reference values by index; two for one index are refused, whoever gives them. */
function collect(
  manifests: readonly ReferenceManifest[],
  { checks, id }: ManifestRequest,
): ReadonlyMap<number, ReferenceMeasurement> {
  const references = new Map<number, ReferenceMeasurement>();
  for (const { measurements } of manifests) {
    for (const measurement of measurements) {
      if (!measurement.active) continue;
      const { index } = measurement;
      checks.must(!references.has(index), `${id}.${index}.single`, 'gpu_manifest_conflict');
      references.set(index, measurement);
    }
  }
  return references;
}

function compare(
  { measurements }: GpuReport,
  { index, size, alternatives }: ReferenceMeasurement,
  { checks, id }: ManifestRequest,
): void {
  const value = measurements[index]?.value;
  const met =
    value?.length === size && alternatives.some((alternative) => equalBytes(value, alternative));
  checks.must(met, `${id}.${index}`, 'gpu_measurement_mismatch', {
    expected: alternatives.map(bytesToHex).join(' or '),
    actual: value === undefined ? 'none' : bytesToHex(value),
  });
}
