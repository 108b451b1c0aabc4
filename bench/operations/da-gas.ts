/**
 * Gas of the on-chain side, from receipts of a local chain under Osaka's rules (anvil), with 200
 * validators: calldata and the base of the transaction are included. All calls of one run.
 */
import type { CallGas } from '../../testing/conformance/src/da-gas.ts';
import { counted } from '../src/counted.ts';
import type { Must } from '../src/must.ts';
import { type Operation, operation } from '../src/operation.ts';

let measured: Promise<CallGas | undefined> | undefined;

/** Undefined without anvil. The module is loaded here, since it brings a chain client with it. */
async function measure(): Promise<CallGas | undefined> {
  const { findAnvil } = await import('../../testing/conformance/src/anvil.ts');
  const binary = findAnvil();
  if (binary === undefined) return undefined;
  const { startChain } = await import('../../testing/conformance/src/da-deployment.ts');
  const { measureGas } = await import('../../testing/conformance/src/da-gas.ts');
  const { chain, anvil } = await startChain(binary, 'osaka');
  try {
    return await measureGas(chain);
  } finally {
    await anvil.stop();
  }
}

function row(call: keyof CallGas, options: { name: string; must?: readonly Must[] }): Operation {
  return operation<undefined>({
    name: `da::${options.name}`,
    table: 'da-figures',
    unit: 'gas',
    must: options.must ?? [],
    slow: true,
    minRounds: 1,
    input: async () => undefined,
    contenders: {
      ours: async () => {
        measured ??= measure();
        const gas = await measured;
        return gas && counted(() => gas[call]);
      },
    },
  });
}

export const gas: readonly Operation[] = [
  row('verifyAbsent', {
    name: 'gasOfVerify/validators=200 absent=30',
    must: [{ rule: 'atMost', bound: 260_000 }],
  }),
  row('verify', { name: 'gasOfVerify/validators=200 absent=0' }),
  row('record', { name: 'gasOfRecord/validators=200 absent=30' }),
  row('register', { name: 'gasOfRegister/validators=200' }),
  row('freeze', { name: 'gasOfFreeze/validators=200' }),
  row('form', { name: 'gasOfForm/validators=200' }),
];
