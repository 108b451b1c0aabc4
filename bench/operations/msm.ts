/** Multi-scalar multiplication over points that are not known beforehand, 255-bit scalars. */
import { createPointSum } from '../../packages/kzg/src/point-sum.ts';
import { kzgBackend } from '../src/backends.ts';
import { sumTerms } from '../src/inputs.ts';
import { type Operation, operation } from '../src/operation.ts';
import { montgomerySum, ourSum, type Terms } from '../src/peers/msm.ts';

function variableBase(log2Count: number): Operation {
  return operation<Terms>({
    name: `kzg::pointSum/log2n=${log2Count}`,
    table: 'msm',
    must: [{ rule: 'faster', peer: 'montgomery', bound: 2.5 }],
    slow: log2Count > 12,
    minRounds: log2Count > 16 ? 3 : 5,
    input: async () => sumTerms(log2Count),
    contenders: {
      ours: async (terms, { backend }) =>
        ourSum(await createPointSum({ backend: kzgBackend(backend) }), terms),
      montgomery: montgomerySum,
    },
  });
}

export const pointSums: readonly Operation[] = [12, 16, 18].map(variableBase);
