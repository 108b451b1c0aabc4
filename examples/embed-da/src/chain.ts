/**
 * A minimal chain that stores its block bodies through `@barycenter/da-sampling` and imports nothing
 * else. A block is its parent's hash and a certificate; the body lies in rows with the validators, and
 * whoever follows the chain reads it back from any k of them. A block's number is its body's nonce, so
 * validators refuse a proposer that shows two bodies for one number.
 */
import {
  type Attestation,
  Attester,
  aggregate,
  authenticateHeader,
  type Bls,
  type CommitmentScheme,
  checkRegistrations,
  createRegistration,
  DaError,
  decodeCertificate,
  type EncodedBlob,
  encodeCertificate,
  type HeaderMessage,
  type HeaderPolicy,
  type Profile,
  type RowMessage,
  RowVerifier,
  sampleCommittee,
  verifyCertificate,
} from '@barycenter/da-sampling';

/** What the chain agrees on: some 180 bytes, whatever the body. */
export type Block = {
  readonly number: number;
  readonly parent: Uint8Array;
  readonly certificate: Uint8Array;
};

/** What a validator holds of a body. */
type Held = { readonly message: HeaderMessage; readonly rows: readonly RowMessage[] };

/** In committee order: signs bodies whose rows it holds, and serves them; offline, neither. */
export class Validator {
  online = true;
  readonly bodies: Map<string, Held> = new Map();
  readonly #attester: Attester;

  constructor(attester: Attester) {
    this.#attester = attester;
  }

  /** Checks its rows of a body, keeps them, signs. Throws DaError. */
  store(blob: EncodedBlob): Attestation {
    const session = this.#attester.open(blob.message);
    const rows = session.assignedRows.map((index) => session.add(blob.rowMessage(index)));
    this.bodies.set(blob.headerRoot.join(), { message: session.header.message, rows });
    return session.attest();
  }
}

/** How a chain is set up. */
export type ChainOptions = {
  readonly bls: Bls;
  readonly scheme: CommitmentScheme;
  readonly profile: Profile;
  readonly stakes: readonly bigint[];
  /** The proposer's secp256k1 key. */
  readonly submitterKey: Uint8Array;
};

/** One epoch of the chain, all its validators in this process. */
export class Chain {
  readonly blocks: Block[] = [];
  readonly validators: readonly Validator[];
  readonly #da: ChainOptions & HeaderPolicy & { committee: ReturnType<typeof sampleCommittee> };

  constructor(options: ChainOptions) {
    const { bls, stakes, profile } = options;
    const namespace = new TextEncoder().encode('a minimal chain'.padEnd(32));
    const domain = { chainId: 424_242n, registry: new Uint8Array(20).fill(1), namespace };
    const members = stakes.map((stake, i) => {
      const account = new Uint8Array(20).fill(i + 1);
      const secretKey = bls.keyGen(new Uint8Array(32).fill(i + 1)); // a real chain: random bytes
      return { stake, secretKey, ...createRegistration({ bls, domain, account, secretKey }) };
    });
    checkRegistrations(members, { bls, domain });
    const seed = new Uint8Array(32).fill(9); // a real chain: a beacon, after the stakes are final
    const drawing = { ...options, domain, epoch: 1n, seed, validators: members };
    const committee = sampleCommittee(drawing);
    const committeeOf = (epoch: bigint) => (epoch === 1n ? committee : undefined);
    this.#da = { ...options, domain, committeeOf, profiles: [profile], committee };
    this.validators = committee.members.map(({ publicKey }) => {
      const { secretKey } = members.find((member) => member.publicKey.join() === publicKey.join())!;
      return new Validator(new Attester({ ...this.#da, secretKey }));
    });
  }

  /** Disperses a body and appends its block once enough validators signed. Throws DaError. */
  async append(body: Uint8Array): Promise<Block> {
    const number = this.blocks.length;
    const blob = this.#da.scheme.encodeBlob(body, { ...this.#da, nonce: BigInt(number) });
    const online = this.validators.filter((validator) => validator.online);
    const attestations = online.map((validator) => validator.store(blob));
    const header = this.#da.scheme.openHeader(authenticateHeader(blob.message, this.#da));
    const { certificate } = aggregate({ ...this.#da, header, attestations });
    if (certificate === undefined) throw new DaError('below_threshold', 'too few signed');
    const parent = await hash(this.blocks[number - 1]);
    const block = { number, parent, certificate: encodeCertificate(certificate) };
    this.blocks.push(block);
    return block;
  }

  /** A block's body, verified from the certificate down; empty if INVALID. Throws DaError. */
  async read({ number, parent, certificate }: Block): Promise<Uint8Array> {
    const claims = decodeCertificate(certificate);
    const verdict = verifyCertificate(claims, this.#da);
    if (!verdict.ok) throw new DaError(verdict.code, 'the certificate does not hold');
    if ((await hash(this.blocks[number - 1])).join() !== parent.join()) {
      throw new DaError('header_mismatch', 'the block has another parent');
    }
    const root = claims.headerRoot.join();
    const online = this.validators.filter((validator) => validator.online);
    const held = online.flatMap(({ bodies }) => bodies.get(root) ?? []);
    const authenticated = held
      .map(({ message }) => attempt(() => authenticateHeader(message, this.#da)))
      .find((header) => header?.headerRoot.join() === root);
    if (authenticated?.header.nonce !== BigInt(number)) {
      throw new DaError('header_mismatch', 'nobody shows a header of this certificate and number');
    }
    const header = this.#da.scheme.openHeader(authenticated);
    const verifier = new RowVerifier({ ...this.#da, header });
    for (const row of held.flatMap(({ rows }) => rows)) attempt(() => verifier.add(row));
    const outcome = this.#da.scheme.recoverBlob(verifier.finish(), header);
    return outcome.status === 'ok' ? outcome.payload : new Uint8Array(0);
  }
}

/** What others show may be wrong: then it counts as not shown. */
function attempt<T>(check: () => T): T | undefined {
  try {
    return check();
  } catch {
    return undefined;
  }
}

async function hash(block: Block | undefined): Promise<Uint8Array> {
  const bytes = block ? [...block.parent, ...block.certificate] : [];
  return new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes)));
}
