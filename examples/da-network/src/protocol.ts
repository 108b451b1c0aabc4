/**
 * What the main thread and the worker threads say to each other. Every call is one request and one
 * answer; answers may be errors with a code. Messages are plain data (structured clone).
 */
import type { Attestation, Committee, Domain, Profile } from '@barycenter/da-sampling';
import type { NetworkErrorCode } from './errors.ts';
import type { RetentionTime } from './retention.ts';

/** Bytes of rows in one answer; a node stops adding rows beyond it. */
export const MAX_ANSWER_BYTES: number = 16 * 1024 * 1024;

/** What a worker is started with. */
export interface HostConfig {
  /** The state folder. */
  readonly folder: string;
  readonly domain: Domain;
  readonly committee: Committee;
  readonly profile: Profile;
  /** The only submitter the nodes accept. */
  readonly submitter: Uint8Array;
  /** By what the nodes know which blobs they may delete when they start. */
  readonly retention: RetentionTime;
  /** The DA nodes and the storage nodes this worker runs. */
  readonly nodes: readonly number[];
  readonly storage: readonly number[];
}

/** What a node found when it opened its store. */
export interface NodeReport {
  readonly records: number;
  /** Rows whose stored bytes fail their check, with their blob's headerRoot in hex. */
  readonly damagedRows: readonly StoredRow[];
  /** Rows (or shards) the node vouched for and can no longer find. */
  readonly lostRows: readonly StoredRow[];
  /** Bytes of an unfinished last record that were moved aside. */
  readonly tornBytes: number;
  /** Proofs it keeps that a submitter signed two headers for one nonce. */
  readonly equivocations: number;
}

/** A row (or shard) of a blob. */
export interface StoredRow {
  readonly headerRoot: string;
  readonly row: number;
}

/** One row as a node answers it: its message, or why it has none to give. */
export type RowAnswer =
  | { readonly row: number; readonly message: Uint8Array }
  | { readonly row: number; readonly code: string };

/** Calls to a DA node. */
export interface NodeMethods {
  /**
   * Check, store, sign. Either all assigned rows as messages and no others, or the payload itself
   * for a node with k seats or more.
   */
  disperse: {
    input: {
      readonly header: Uint8Array;
      readonly rows?: readonly Uint8Array[];
      readonly payload?: Uint8Array;
    };
    output: Attestation;
  };
  /** The header message. */
  header: { input: { readonly root: Uint8Array }; output: Uint8Array };
  /** The rows it can serve, ascending. */
  held: { input: { readonly root: Uint8Array }; output: readonly number[] };
  rows: {
    input: { readonly root: Uint8Array; readonly rows: readonly number[] };
    output: readonly RowAnswer[];
  };
  cell: {
    input: {
      readonly root: Uint8Array;
      readonly row: number;
      readonly cell: number;
      /** Who asks, as the transport knows it: it names the connection, not the peer itself. */
      readonly peer: string;
    };
    output: { readonly cell: Uint8Array; readonly proof: Uint8Array };
  };
  /** The proofs of equivocation it keeps (`decodeEvidence`). */
  equivocations: { input: Record<never, never>; output: readonly Uint8Array[] };
  /** Demo: the node goes silent. */
  withhold: { input: { readonly withhold: boolean }; output: undefined };
  /** Demo: the node serves stored bytes without checking them. */
  lie: { input: { readonly lie: boolean }; output: undefined };
  /** Demo: where a row's bytes lie on disk. */
  place: {
    input: { readonly root: Uint8Array; readonly row: number };
    output: { readonly path: string; readonly offset: number; readonly bytes: number };
  };
  /** Demo: the node dies and its folder is moved away. */
  kill: { input: Record<never, never>; output: undefined };
}

/** Calls to a storage node. */
export interface StorageMethods {
  /** Keeps a shard of a certified blob, with the header message. */
  archive: {
    input: {
      readonly header: Uint8Array;
      readonly certificate: Uint8Array;
      readonly archiveRoot: Uint8Array;
      /** The submitter's signature over headerRoot and archiveRoot (archive-signature.ts). */
      readonly archiveSignature: Uint8Array;
      readonly shard: Uint8Array;
    };
    output: undefined;
  };
  archivedHeader: { input: { readonly root: Uint8Array }; output: Uint8Array };
  shard: { input: { readonly root: Uint8Array }; output: Uint8Array };
  kill: { input: Record<never, never>; output: undefined };
}

/** A request as posted. */
export interface HostRequest {
  readonly id: number;
  readonly role: 'node' | 'storage';
  readonly node: number;
  readonly method: string;
  readonly input: unknown;
}

/** What a worker posts: once `started`, then one answer per request. */
export type HostMessage =
  | {
      readonly kind: 'started';
      readonly nodes: readonly StartedNode[];
      readonly storage: readonly StartedNode[];
    }
  | { readonly kind: 'result'; readonly id: number; readonly output: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: PlainError };

/** A node after the start: its report, or why it does not run. */
export type StartedNode =
  | { readonly node: number; readonly report: NodeReport }
  | { readonly node: number; readonly error: PlainError };

/** An error as data: classes do not survive the passage between threads. */
export interface PlainError {
  readonly code: NetworkErrorCode;
  readonly message: string;
  readonly reason: string | undefined;
  readonly row: number | undefined;
}
