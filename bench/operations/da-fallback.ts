/**
 * What a node does with a 32 MiB blob (profile eip7594) where there is no WebAssembly: open the header,
 * and verify rows of 128 KiB on kzg's TypeScript, whatever back end the run measures. Hashing is that
 * of the runtime, as it is there. The blob is dispersed on the run's back end: TypeScript would need
 * minutes.
 */
import { checkHeader, RowVerifier } from '@barycenter/da-sampling';
import { createKzg } from '../src/backends.ts';
import { type Operation, operation } from '../src/operation.ts';
import { disperse, someRows } from './da-node.ts';

const ROWS = 64;

const common = { table: 'da' as const, slow: true, minRounds: 3, input: async () => undefined };

export const fallbackChecks: readonly Operation[] = [
  operation<undefined>({
    ...common,
    name: 'da::checkHeader/kzg=js rows=256',
    must: [{ rule: 'below', bound: 600 }],
    contenders: {
      ours: async (_, bench) => {
        const { blob, policy } = await disperse(bench);
        const js = { ...policy, kzg: await createKzg('js') };
        return { run: () => checkHeader(blob.message, js).headerRoot };
      },
    },
  }),
  operation<undefined>({
    ...common,
    name: `da::verifyRows/kzg=js rows=${ROWS}`,
    must: [{ rule: 'below', bound: 0.45 * ROWS }],
    bytes: ROWS * 4096 * 31,
    contenders: {
      ours: async (_, bench) => {
        const dispersed = await disperse(bench);
        const kzg = await createKzg('js');
        const header = checkHeader(dispersed.blob.message, { ...dispersed.policy, kzg });
        const messages = someRows(dispersed, ROWS);
        return {
          run: () => {
            const verifier = new RowVerifier({ kzg, header });
            return messages.map((message) => verifier.add(message).index);
          },
        };
      },
    },
  }),
];
