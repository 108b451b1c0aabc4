/** Entries sorted by message: one pairing serves all keys that signed the same bytes. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** A distinct message and who signed it: positions in the list that was grouped, ascending. */
export interface MessageGroup {
  readonly message: Uint8Array;
  readonly members: number[];
}

/** The distinct messages of a list in order of appearance; told apart by their SHA-256. */
export function groupByMessage(messages: readonly Uint8Array[]): MessageGroup[] {
  if (messages.length === 1) return [{ message: messages[0]!, members: [0] }];
  const groups = new Map<string, MessageGroup>();
  for (const [position, message] of messages.entries()) {
    const name = bytesToHex(sha256(message));
    const group = groups.get(name);
    if (group) group.members.push(position);
    else groups.set(name, { message, members: [position] });
  }
  return [...groups.values()];
}
