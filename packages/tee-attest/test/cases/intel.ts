/** Everything about Intel evidence that holds on every runtime. */
import type { Case, ReadVector } from './case.ts';
import { intelEventLogCases } from './intel-event-log.ts';
import { intelHostileCases } from './intel-hostile.ts';
import { intelJudgementCases } from './intel-judgements.ts';
import { intelNegativeCases } from './intel-negatives.ts';
import { intelPreparedCases } from './intel-prepared.ts';
import { intelFlipCases, intelVectorCases } from './intel-vectors.ts';
import { worldKeys } from './intel-world.ts';

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

/** A seeded sixteenth of the flips of all published evidence: some 20,000 verifications. */
export { intelFlipCases };
