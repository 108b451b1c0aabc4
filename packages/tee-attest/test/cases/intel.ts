/** Everything about Intel evidence that holds on every runtime. */
import type { Case, ReadVector } from './case.ts';
import { intelEventLogCases } from './intel-event-log.ts';
import { intelHostileCases } from './intel-hostile.ts';
import { intelJudgementCases } from './intel-judgements.ts';
import { intelNegativeCases } from './intel-negatives.ts';
import { intelPreparedCases } from './intel-prepared.ts';
import { intelVectorCases } from './intel-vectors.ts';
import { worldKeys } from './intel-world.ts';

export {
  INTEL_SAMPLES,
  intelVectorCases,
  readSample,
  refuseCollateralFlips,
  refuseQuoteFlips,
} from './intel-vectors.ts';

/** What is read from `vectors/tee`, or undefined to leave the published evidence out. */
export async function intelCases(read: ReadVector | undefined): Promise<readonly Case[]> {
  const keys = await worldKeys();
  return [
    ...(read === undefined ? [] : intelVectorCases(read)),
    ...intelNegativeCases(keys),
    ...intelJudgementCases(keys),
    ...intelPreparedCases(keys),
    ...intelEventLogCases,
    ...intelHostileCases(keys),
  ];
}
