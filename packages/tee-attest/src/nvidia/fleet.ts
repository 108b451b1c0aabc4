/**
 * All GPUs and switches of one host together: each verified, no device twice, as many as expected, and,
 * where they protect the links between them, the switches that the GPUs see are those attested.
 */
import { bytesToHex } from '../bytes.ts';
import { Checks, recorded, type Verified } from '../checks.ts';
import { readNow } from '../clock.ts';
import { type Difference, TeeError } from '../errors.ts';
import { readIdentity } from './chain.ts';
import { type NvidiaCollateral, type NvidiaOptions, verifyDevice } from './device.ts';
import { MAX_DEVICES, type NvidiaEvidence } from './evidence.ts';
import type { NvidiaFacts } from './facts.ts';

/** A device of a host with what it is compared with. */
export interface NvidiaFleetDevice {
  readonly evidence: NvidiaEvidence;
  readonly collateral: NvidiaCollateral;
}

/** Options of {@link verifyNvidiaFleet}. */
export interface NvidiaFleetOptions extends Omit<NvidiaOptions, 'nonce'> {
  /**
   * The nonce of every device, or that of each. `index` counts from 0 in the order of device
   * identifiers, compared as bytes.
   */
  readonly nonce:
    | Uint8Array
    | ((device: { readonly index: number; readonly deviceId: Uint8Array }) => Uint8Array);
  /** How many devices there must be. */
  readonly expected: { readonly gpus: number; readonly switches: number };
  /**
   * Whether the links that devices report must lead to attested devices, which they can only say in
   * protected PCIe mode. Default: required as soon as one GPU is in that mode.
   */
  readonly topology?: 'required' | 'unchecked';
}

/** Facts of all devices of a host. */
export interface NvidiaFleetFacts {
  /** In the order of device identifiers, compared as bytes. */
  readonly devices: readonly NvidiaFacts[];
  readonly expiresAt: Date;
}

/**
 * Verifies devices of one host. Costs as many {@link verifyDevice} as there are devices, at once.
 * @throws as `verifyNvidiaDevice`, and RangeError if no device is expected, or more than 64 of a kind.
 */
export async function verifyNvidiaFleet(
  devices: readonly NvidiaFleetDevice[],
  options: NvidiaFleetOptions,
): Promise<Verified<NvidiaFleetFacts>> {
  const { expected, nonce } = options;
  for (const count of [expected.gpus, expected.switches]) {
    if (!Number.isInteger(count) || count < 0 || count > MAX_DEVICES)
      throw new RangeError(`expected: expected counts from 0 to ${MAX_DEVICES}, got ${count}`);
  }
  const total = expected.gpus + expected.switches;
  if (total === 0) throw new RangeError('expected: expected at least one device');
  readNow(options.now);
  return recorded('nvidia.fleet', async (checks) => {
    checks.must(devices.length === total, 'nvidia.fleet.count', 'gpu_fleet_count', {
      expected: String(total),
      actual: String(devices.length),
    });
    const sorted = sortDevices(devices, checks);
    const results = await Promise.all(
      sorted.map(({ evidence, collateral, deviceId }, index) =>
        verifyDevice(evidence, collateral, {
          options: {
            ...options,
            nonce: nonce instanceof Uint8Array ? nonce : nonce({ index, deviceId }),
          },
          id: `nvidia.${index}`,
        }),
      ),
    );
    const facts = results.map((result) => {
      checks.list.push(...result.checks);
      if (!result.ok) throw new TeeError(result.code, result.message);
      return result.facts;
    });
    checkCounts(facts, expected, checks);
    for (const { id, ok, ...links } of options.topology === 'unchecked' ? [] : compareLinks(facts))
      checks.must(ok, `nvidia.fleet.${id}`, 'gpu_fleet_topology', links);
    const end = Math.min(...facts.map(({ expiresAt }) => expiresAt.getTime()));
    return { devices: facts, expiresAt: new Date(end) };
  });
}

/** In the order of device identifiers, no two alike. Reads the chains; their proof comes later. */
function sortDevices(
  devices: readonly NvidiaFleetDevice[],
  checks: Checks,
): readonly (NvidiaFleetDevice & { readonly deviceId: Uint8Array })[] {
  const named = devices.map((device) => {
    const { deviceId } = readIdentity(device.evidence.chain, new Checks());
    return { ...device, deviceId, name: bytesToHex(deviceId) };
  });
  named.sort((left, right) => (left.name < right.name ? -1 : 1));
  named.forEach(({ name }, i) => {
    const twice = i > 0 && named[i - 1]?.name === name;
    checks.must(!twice, `nvidia.${i}.distinct`, 'gpu_fleet_duplicate', { actual: name });
  });
  return named;
}

function checkCounts(
  facts: readonly NvidiaFacts[],
  expected: NvidiaFleetOptions['expected'],
  checks: Checks,
): void {
  const gpus = facts.filter(({ kind }) => kind === 'gpu').length;
  checks.must(gpus === expected.gpus, 'nvidia.fleet.gpus', 'gpu_fleet_count', {
    expected: String(expected.gpus),
    actual: String(gpus),
  });
}

/** One comparison of links with attested devices. */
interface LinkCheck extends Required<Difference> {
  readonly id: string;
  readonly ok: boolean;
}

/**
 * As NVIDIA's topology check, if one GPU protects its links: every GPU sees exactly the attested
 * switches, and all switches see the same GPUs, as many as there are here. Nothing to compare otherwise.
 */
export function compareLinks(facts: readonly NvidiaFacts[]): readonly LinkCheck[] {
  if (!facts.some(({ features }) => features.mode === 'protected-pcie')) return [];
  const gpus = facts.filter(({ kind }) => kind === 'gpu');
  const switches = facts.filter(({ kind }) => kind === 'switch');
  const attested = switches
    .map(({ report }) => report.opaque.pdi ?? 'none')
    .sort()
    .join(' ');
  const [first] = switches;
  const common = first?.report.opaque.links?.join(' ');
  return [
    ...gpus.map(({ report }, i): LinkCheck => {
      const seen = report.opaque.links?.join(' ');
      return {
        id: `gpu.${i}.links`,
        ok: seen === attested,
        expected: attested,
        actual: seen ?? 'none',
      };
    }),
    ...switches.map(({ report }, i): LinkCheck => {
      const { links = [] } = report.opaque;
      return {
        id: `switch.${i}.links`,
        ok: links.join(' ') === common && links.length === gpus.length,
        expected: `${gpus.length} GPUs, the same for all switches`,
        actual: links.join(' '),
      };
    }),
  ];
}
