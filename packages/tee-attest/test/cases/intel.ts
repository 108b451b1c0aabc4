/**
 * The published Intel evidence: what its `meta.json` expects, and what becomes of it when any bit is
 * changed. Nothing here belongs to one runtime: bytes come from `read`, failures are thrown.
 */
import { seededRandom } from '@barycenter/testing/random';
import {
  type IntelCollateral,
  type IntelFacts,
  type PreparedIntelCollateral,
  parseIntelCollateral,
  parseQuote,
  parseTcbInfo,
  prepareIntelCollateral,
  readPcsResponses,
  verifyQuote,
} from '../../src/intel.ts';
import { flipped, intelNegativeCases, type Case } from './intel-negatives.ts';
import { intelJudgementCases } from './intel-judgements.ts';
import { worldKeys } from './intel-world.ts';

/** Reads a file of `vectors/tee` by its path there. */
export type Read = (path: string) => Promise<Uint8Array> | Uint8Array;
