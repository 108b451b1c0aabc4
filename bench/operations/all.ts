/** Every row, in the order of the report. */
import type { Operation } from '../src/operation.ts';
import { computeCells, verifyCellBatches } from './cells.ts';
import { commitMany } from './commit-many.ts';
import { commitment } from './commitment.ts';
import { certificates } from './da-certificate.ts';
import { fallbackChecks } from './da-fallback.ts';
import { gas } from './da-gas.ts';
import { lightClients } from './da-light-client.ts';
import { nodeChecks } from './da-node.ts';
import { zodaScheme } from './da-zoda.ts';
import { dispersal } from './dispersal.ts';
import { erasure } from './erasure.ts';
import { erasureLimits } from './erasure-limits.ts';
import { pointSums } from './msm.ts';
import { blobProof, kzgProof } from './proof.ts';
import { ready } from './ready.ts';
import { signatures } from './signatures.ts';
import { sparseRows } from './sparse-rows.ts';
import { snpReports } from './tee-amd.ts';
import { attestedKeys } from './tee-attested-key.ts';
import { bundleSizes } from './tee-bundle.ts';
import { intelQuotes } from './tee-intel.ts';
import { nvidiaDevices } from './tee-nvidia.ts';
import { verifyBlob, verifyBlobBatches } from './verify-blob.ts';
import { verifyProof } from './verify-proof.ts';

export const OPERATIONS: readonly Operation[] = [
  ...ready,
  commitment,
  kzgProof,
  blobProof,
  verifyProof,
  verifyBlob,
  ...verifyBlobBatches,
  computeCells,
  ...verifyCellBatches,
  ...pointSums,
  ...signatures,
  commitMany,
  ...sparseRows,
  ...dispersal,
  ...nodeChecks,
  ...fallbackChecks,
  ...certificates,
  ...gas,
  ...lightClients,
  ...zodaScheme,
  ...erasure,
  ...erasureLimits,
  ...intelQuotes,
  ...snpReports,
  ...nvidiaDevices,
  ...attestedKeys,
  ...bundleSizes,
];
