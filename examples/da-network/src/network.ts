/**
 * A new network in a state folder: keys for the submitter and N validators, their registrations with
 * proofs of possession, stakes, the epoch's seed. Everything random comes from the system's CSPRNG.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Bls } from '@barycenter/bls';
import {
  checkRegistrations,
  createRegistration,
  type Profile,
  submitterAddress,
} from '@barycenter/da-sampling';
import { SHARD_COUNT } from './archive.ts';
import { Chain, type RegisteredValidator } from './chain.ts';
import { NetworkError } from './errors.ts';
import {
  nodeFile,
  nodeFolder,
  ROW_LOG,
  storageFolder,
  submitterFile,
  writeKey,
} from './folders.ts';

/** Most DA nodes of a network. */
export const MAX_NODES = 128;

/** Chain id of the local stand-in: the usual number of development chains. */
const CHAIN_ID = 31_337n;
const WEI = 10n ** 18n;
/** Stakes differ, so that seats do: 80 to 120 units. */
const STAKE_UNITS = { least: 80, most: 120 };

/**
 * Creates a network of `nodes` validators. Throws `NetworkError` 'state_damaged' if the folder holds
 * stores but no chain (their keys must not be overwritten), 'state_unwritable' on an I/O error.
 */
export function createNetwork(
  folder: string,
  { nodes, profile, bls }: { nodes: number; profile: Profile; bls: Bls },
): Chain {
  for (let node = 0; node < MAX_NODES; node++) {
    if (existsSync(join(nodeFolder(folder, node), ROW_LOG))) {
      throw new NetworkError(
        'state_damaged',
        `${folder} holds the stores of a network whose chain.json is missing`,
      );
    }
  }
  const domain = {
    chainId: CHAIN_ID,
    registry: randomBytes(20),
    namespace: randomBytes(32),
  };
  const validators: RegisteredValidator[] = [];
  try {
    for (let node = 0; node < nodes; node++) {
      const secretKey = bls.keyGen(randomBytes(32));
      const account = randomBytes(20);
      mkdirSync(nodeFolder(folder, node), { recursive: true });
      writeKey(nodeFile(folder, node), secretKey);
      const registration = createRegistration({ bls, domain, account, secretKey });
      const units = randomInt(STAKE_UNITS.least, STAKE_UNITS.most + 1);
      validators.push({ ...registration, stake: BigInt(units) * WEI });
    }
    checkRegistrations(validators, { bls, domain });
    for (let node = 0; node < SHARD_COUNT; node++) {
      mkdirSync(storageFolder(folder, node), { recursive: true });
    }
    // A secp256k1 key: 32 random bytes are one except with probability 2^-128.
    const submitterKey = randomBytes(32);
    writeKey(submitterFile(folder), submitterKey);
    // The chain is written last: a folder without it is not a network yet.
    return Chain.create(folder, {
      profile,
      domain,
      epoch: 1n,
      seed: randomBytes(32),
      validators,
      submitter: { address: submitterAddress(submitterKey), nonce: 0n },
      blobs: new Map(),
    });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause;
    throw new NetworkError('state_unwritable', `${folder}: ${(cause as Error).message}`, { cause });
  }
}
