/**
 * What NVIDIA's RIM service calls the manifests of a device, from what its report says (nvtrust
 * `local_gpu_verifier`, attestation-sdk `rim.cpp`). The fields come from evidence that may be forged,
 * and the names become part of an address: letters, digits and dots are all that is let through.
 */
import { TeeError } from '../errors.ts';

/** Board of a GPU or switch as its report's opaque fields name it. */
export interface PlatformNames {
  readonly project: string;
  readonly projectSku: string;
  readonly chipSku: string;
}

/** LS10 switches do not report their board; NVIDIA's tools use these names for all of them. */
export const LS10_PLATFORM: PlatformNames = {
  project: '5612',
  projectSku: '0002',
  chipSku: '890',
};

const MAX_PART_CHARACTERS = 32;

/**
 * Name of a driver's manifest: `NV_GPU_DRIVER_GH100_550.144.03`; from Blackwell on
 * `NV_GPU_CC_DRIVER_GB100_580.95.05`.
 * @throws TeeError `rim_id_malformed`.
 */
export function driverManifestId(architecture: string, driverVersion: string): string {
  const kind = architecture === 'GH100' ? 'NV_GPU_DRIVER' : 'NV_GPU_CC_DRIVER';
  return [kind, part(architecture), part(driverVersion)].join('_');
}

/**
 * Name of a VBIOS's manifest: `NV_GPU_VBIOS_1010_0200_882_96005E0001`.
 * @throws TeeError `rim_id_malformed`.
 */
export function vbiosManifestId(platform: PlatformNames, vbiosVersion: string): string {
  return firmwareId('NV_GPU_VBIOS', platform, vbiosVersion);
}

/**
 * Name of a switch BIOS's manifest: `NV_SWITCH_BIOS_5612_0002_890_9610550001`.
 * @throws TeeError `rim_id_malformed`.
 */
export function switchManifestId(
  biosVersion: string,
  platform: PlatformNames = LS10_PLATFORM,
): string {
  return firmwareId('NV_SWITCH_BIOS', platform, biosVersion);
}

function firmwareId(kind: string, platform: PlatformNames, version: string): string {
  const names = [
    platform.project,
    platform.projectSku,
    platform.chipSku,
    version.replaceAll('.', ''),
  ];
  return [kind, ...names.map((name) => part(name).toUpperCase())].join('_');
}

function part(text: string): string {
  if (text.length > MAX_PART_CHARACTERS || !/^[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*$/.test(text))
    throw new TeeError('rim_id_malformed', 'a name or version that no manifest is called by');
  return text;
}
