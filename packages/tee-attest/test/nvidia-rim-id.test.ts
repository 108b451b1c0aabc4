import { describe, expect, it } from 'vitest';
import { driverManifestId, switchManifestId, vbiosManifestId } from '../src/nvidia/rim-id.ts';

const HOPPER = { project: '1010', projectSku: '0200', chipSku: '882' };

describe('a manifest identifier', () => {
  it('is the one under which NVIDIA publishes the manifest', () => {
    expect(driverManifestId('GH100', '550.144.03')).toBe('NV_GPU_DRIVER_GH100_550.144.03');
    expect(driverManifestId('GB100', '595.91.07')).toBe('NV_GPU_CC_DRIVER_GB100_595.91.07');
    expect(driverManifestId('GB200', '550.0.0')).toBe('NV_GPU_CC_DRIVER_GB200_550.0.0');
    expect(vbiosManifestId(HOPPER, '96.00.5E.00.01')).toBe('NV_GPU_VBIOS_1010_0200_882_96005E0001');
    const blackwell = { project: 'G525', projectSku: '0220', chipSku: '886' };
    expect(vbiosManifestId(blackwell, '97.00.e4.00.1e')).toBe(
      'NV_GPU_VBIOS_G525_0220_886_9700E4001E',
    );
    expect(switchManifestId('96.10.55.00.01')).toBe('NV_SWITCH_BIOS_5612_0002_890_9610550001');
  });

  it('is not made of anything that could change an address', () => {
    const bad = ['', '.', '..', 'a/b', 'a?b', 'a#b', 'a%2fb', 'a b', 'a\0', 'é', '1..2', '../..'];
    for (const part of [...bad, 'x'.repeat(33)]) {
      const refusal = expect.objectContaining({ code: 'rim_id_malformed' });
      expect(() => driverManifestId('GH100', part)).toThrow(refusal);
      expect(() => driverManifestId(part, '550.00')).toThrow(refusal);
      expect(() => vbiosManifestId({ ...HOPPER, project: part }, '96.00')).toThrow(refusal);
      expect(() => vbiosManifestId({ ...HOPPER, projectSku: part }, '96.00')).toThrow(refusal);
      expect(() => switchManifestId('96.00', { ...HOPPER, chipSku: part })).toThrow(refusal);
    }
  });
});
