/** The one error class of the example: a refusal with a stable code, which decides the exit code. */

/** Why a command was refused. `usage` and `identifier_malformed` exit with 2, all others with 1. */
export type NetworkErrorCode =
  // What the user gave.
  | 'usage'
  | 'identifier_malformed'
  | 'identifier_unknown'
  | 'file_empty'
  | 'file_unreadable'
  | 'file_too_large'
  | 'file_changed'
  | 'file_mismatch'
  | 'output_unwritable'
  // The state folder.
  | 'state_missing'
  | 'state_damaged'
  | 'state_locked'
  | 'state_unwritable'
  | 'node_count_mismatch'
  | 'profile_mismatch'
  // A node's log.
  | 'store_damaged'
  | 'store_failed'
  | 'store_closed'
  | 'record_absent'
  | 'record_damaged'
  | 'record_too_large'
  // The network.
  | 'node_gone'
  | 'node_withholds'
  | 'message_refused'
  | 'answer_malformed'
  | 'equivocation'
  | 'not_certified'
  | 'certificate_refused'
  | 'header_unavailable'
  | 'rows_unavailable'
  | 'rows_damaged'
  | 'blob_invalid'
  | 'unavailable'
  // Manifests and the archive.
  | 'manifest_malformed'
  | 'manifest_mismatch'
  | 'archive_incomplete'
  | 'archive_unavailable'
  | 'archive_mismatch'
  // A defect of this program.
  | 'internal';

/** What a refusal carries beside its code; every field is small and printable. */
export interface NetworkErrorDetails {
  /** The code of the package error behind this one (`DaError`, `KzgError`, `ErasureError`). */
  readonly reason?: string;
  /** The row that was refused. */
  readonly row?: number;
  readonly cause?: unknown;
}

/** A refusal: `code` is stable, `message` is for people. */
export class NetworkError extends Error {
  readonly code: NetworkErrorCode;
  readonly reason: string | undefined;
  readonly row: number | undefined;

  constructor(code: NetworkErrorCode, message: string, details: NetworkErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'NetworkError';
    this.code = code;
    this.reason = details.reason;
    this.row = details.row;
  }
}

/** The process exit code that belongs to an error: 2 for usage, 1 for a refusal. */
export function exitCodeOf(error: NetworkError): 1 | 2 {
  return error.code === 'usage' || error.code === 'identifier_malformed' ? 2 : 1;
}

/** The `code` of any package's error class, or its name: what a report prints as the reason. */
export function reasonOf(error: unknown): string {
  if (error instanceof Error) {
    const code = (error as { code?: unknown }).code;
    return typeof code === 'string' ? code : error.name;
  }
  return 'unknown';
}

/** The code a peer's refusal is reported with: the package's where there is one. */
export function codeOf(error: unknown): string {
  return error instanceof NetworkError ? (error.reason ?? error.code) : reasonOf(error);
}
