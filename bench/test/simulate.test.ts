import { describe, expect, test } from 'vitest';
import { type Costs, simulate } from '../scaling/simulate.ts';

const COSTS: Costs = {
  payloadBytes: 2 ** 20,
  seats: 1024,
  headerBytes: 1000,
  rowBytes: 10_000,
  headerMs: 10,
  rowMs: 0.1,
  signMs: 1,
  encodeMs: 200,
  attestationMs: 0.1,
  certificateMs: 2,
};
const at = (nodes: number, costs: Partial<Costs> = {}, linkBytesPerSecond = 1e12) =>
  simulate({ ...COSTS, ...costs }, { nodes, linkBytesPerSecond });

describe('simulate', () => {
  test('up to n nodes the row part is 1/N and the fixed part stays', () => {
    expect(at(16).rowCpuMsPerMember).toBeCloseTo(at(2).rowCpuMsPerMember / 8);
    expect(at(16).cpuMsPerMember - at(16).rowCpuMsPerMember).toBeCloseTo(13);
    expect(at(16).bytesPerMember).toBe(64 * 10_000 + 1000);
  });

  test('beyond n nodes members are the different winners of n draws', () => {
    expect(at(1024).members).toBe(1024);
    expect(at(4096).members).toBeCloseTo(4096 * (1 - Math.exp(-0.25)), -1);
    expect(at(4096, { seats: 1 }).members).toBeCloseTo(1);
  });

  test('the bottleneck is the resource that runs out first', () => {
    expect(at(2).bottleneck).toBe('disperser');
    expect(at(2, { encodeMs: 1 }).bottleneck).toBe('row checks');
    expect(at(1024).bottleneck).toBe('header check');
    expect(at(1024, { certificateMs: 50 }).bottleneck).toBe('certificate check');
    expect(at(2, {}, 1e6).bottleneck).toBe('row bytes');
    expect(at(1024, { headerBytes: 50_000 }, 1e5).bottleneck).toBe('header bytes');
    expect(at(1024, { attestationMs: 500 }).bottleneck).toBe('aggregator');
  });

  test('throughput is what the bottleneck leaves', () => {
    expect(at(2).blobsPerSecond).toBeCloseTo(10);
    expect(at(2).payloadMiBPerSecond).toBeCloseTo(10);
  });
});
