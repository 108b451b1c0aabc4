/** Three blocks on the minimal chain, and the last body read with a third of the validators gone. */
import { createBls, createZoda, ZODA } from '@barycenter/da-sampling';
import { Chain } from './chain.ts';

const chain = new Chain({
  bls: await createBls(),
  scheme: createZoda(), // with a trusted setup: kzgScheme(await createKzg()) and EIP7594
  profile: ZODA,
  stakes: [30n, 20n, 20n, 10n, 10n, 10n],
  submitterKey: new Uint8Array(32).fill(7),
});
for (const body of ['alice pays bob 3', 'bob pays carol 2', 'carol pays alice 1']) {
  const { number, certificate } = await chain.append(new TextEncoder().encode(body));
  console.log(`block ${number}: certificate of ${certificate.length} bytes`);
}
for (const validator of chain.validators.slice(0, 2)) validator.online = false;
console.log(new TextDecoder().decode(await chain.read(chain.blocks[2]!)));
