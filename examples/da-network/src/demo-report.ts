/** The demo's JSON document. */
import type { SampleReport, SchemeName } from '@barycenter/da-sampling';

/** A statement that the demo tested. */
export interface Claim {
  readonly claim: string;
  readonly held: boolean;
}

/** A back end by name, and why that one. */
interface Backend {
  readonly name: string;
  readonly reason: string;
}

/** The demo's JSON document. */
export interface DemoReport {
  readonly id: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly nodes: number;
  readonly workers: number;
  readonly geometry: { readonly k: number; readonly n: number; readonly c: number };
  readonly scheme: SchemeName;
  /** What computes; `kzg` only under that scheme. */
  readonly backend: { readonly kzg?: Backend; readonly bls: Backend };
  /** Milliseconds by step, and `total`. */
  readonly timings: Readonly<Record<string, number>>;
  /** Bytes the disperser sent to the DA nodes. */
  readonly wireBytes: number;
  /** Bytes of the other legs. */
  readonly otherWireBytes: Readonly<
    Record<'attestations' | 'certificate' | 'archive' | 'sampling' | 'retrieval', number>
  >;
  readonly certificate: {
    readonly signedSeats: number;
    readonly neededSeats: number;
    readonly failureBits: number;
  };
  readonly killedNodes: readonly number[];
  /** Stake in wei as decimal text. */
  readonly killedStake: { readonly killed: string; readonly total: string; readonly share: number };
  readonly recovered: boolean;
  readonly recoveredSha256: string;
  readonly recoveredFrom: string;
  readonly archive: {
    readonly dataShards: number;
    readonly parityShards: number;
    readonly killed: number;
    readonly killedStorageNodes: readonly number[];
    readonly recovered: boolean;
  };
  readonly sampled: SampleReport;
  readonly tamperedRejected: boolean;
  readonly tampered: {
    readonly node: number;
    readonly row: number;
    /** How the node's own store and how the reader refused the row. */
    readonly storeCode: string;
    readonly readerCode: string;
    readonly recovered: boolean;
  };
  readonly withheldRefused: boolean;
  readonly withheld: {
    readonly bytes: number;
    readonly withholdingNodes: readonly number[];
    readonly signedSeats: number;
    readonly neededSeats: number;
    readonly lightClient: string;
    readonly unresolved: number;
  };
  readonly claims: readonly Claim[];
}
