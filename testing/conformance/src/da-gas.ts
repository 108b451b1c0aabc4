/**
 * What the calls of `contracts/DataAvailability.sol` cost with a committee of 200 validators, profile
 * `eip7594`: gas of the transaction, calldata and base included, as the receipts on anvil say.
 */
import { type Committee, EIP7594, maxPayloadBytes } from '@barycenter/da-sampling';
import { certificateCall, readCommittee } from '@barycenter/da-sampling/viem';
import { bls, type Chain, certify, DaDeployment, members, SETTINGS } from './da-deployment.ts';

const VALIDATORS = 200;
const ABSENT = 30;
const STAKE = 5000n;

/** Gas by call; `verifyAbsent` and `record` with 30 of the 200 absent, `verify` with all there. */
export type CallGas = Readonly<
  Record<'register' | 'freeze' | 'form' | 'verify' | 'verifyAbsent' | 'record', number>
>;

/** Registers 200 validators on a fresh deployment, forms their committee and judges certificates. */
export async function measureGas(chain: Chain): Promise<CallGas> {
  const list = members(VALIDATORS, 5);
  const [sender] = list;
  const last = list[VALIDATORS - 1]!;
  const da = await DaDeployment.create(chain, { ...SETTINGS, profile: EIP7594 });
  await da.registerAll(list.slice(0, -1), () => STAKE);
  const previous = list[VALIDATORS - 2]!.account;
  const register = await da.register(last, { stake: STAKE, previous });
  const { epoch, freeze, form } = await da.drawEpoch();
  const { address } = da;
  const committee = await readCommittee(chain, { address, epoch, bls, profile: EIP7594 });
  const absent = Array.from({ length: ABSENT }, (_, i) => 6 * i + 3);
  const full = certificateCall(address, certificateOf(committee, []));
  const partial = certificateCall(address, certificateOf(committee, absent));
  const verify = await da.send(sender!.account, { ...full, functionName: 'verify' });
  const verifyAbsent = await da.send(sender!.account, { ...partial, functionName: 'verify' });
  const record = await da.send(sender!.account, partial);
  const receipts = { register, freeze, form, verify, verifyAbsent, record };
  return Object.fromEntries(
    Object.entries(receipts).map(([call, { gasUsed }]) => [call, Number(gasUsed)]),
  ) as CallGas;

  function certificateOf(drawn: Committee, missing: readonly number[]) {
    const headerRoot = new Uint8Array(32).fill(7);
    const blob = { headerRoot, profile: EIP7594.id, byteLength: maxPayloadBytes(EIP7594) };
    return certify(drawn, { members: list, blob, absent: missing });
  }
}
