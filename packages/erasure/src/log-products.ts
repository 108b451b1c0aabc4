/**
 * Logarithms of products of differences, which is all that interpolation and erasure locators need:
 *
 *   P_S(x) = product of (x + j) over j in S, j != x;     log P_S(x) = sum over j in S of log(x + j)
 *
 * With log 0 := 0 the sum is the XOR-convolution of the indicator of S with the table of
 * logarithms, modulo the group order 2^bits - 1. Numbers below 2^r are closed under XOR, so a
 * Walsh-Hadamard transform H of that size does: log P_S = H(H(indicator) * H(log)) / 2^r. As 2^bits
 * = 1 modulo 2^bits - 1, dividing by 2^r is multiplying by 2^(bits - r). (catid/leopard takes r =
 * 16 always; this idea is from there.)
 */
import { nextPowerOfTwo } from './codec.ts';
import type { Field } from './field.ts';

/** Below this many terms the plain sum beats two transforms. */
const PLAIN_TERMS = 4096;

/** H(log) per field and size: at most 17 of them, 512 KiB together. */
const transformedLogs = /* @__PURE__ */ new WeakMap<Field, Map<number, Int32Array>>();

/**
 * log P_S(x) for each x of `at`. `members` are the distinct elements of S. O(|S| |at|) or O(n log
 * n).
 */
export function logProducts(
  field: Field,
  members: ArrayLike<number>,
  at: ArrayLike<number>,
): Uint16Array {
  if (members.length * at.length <= PLAIN_TERMS) return plainSums(field, members, at);
  let top = 1;
  for (let i = 0; i < members.length; i++) top |= members[i]!;
  for (let i = 0; i < at.length; i++) top |= at[i]!;
  const size = nextPowerOfTwo(top + 1);
  const sums = new Int32Array(size);
  for (let i = 0; i < members.length; i++) sums[members[i]!] = 1;
  const { order, bits } = field;
  walshHadamard(sums, order);
  const logs = logsTransformed(field, size);
  // 2^(bits - r); exact products stay below 2^31 * 2^16.
  const scale = 2 ** bits / size;
  for (let i = 0; i < size; i++) sums[i] = (((sums[i]! * logs[i]!) % order) * scale) % order;
  walshHadamard(sums, order);
  return Uint16Array.from(at, (x) => sums[x]!);
}

function plainSums(
  { log, order }: Field,
  members: ArrayLike<number>,
  at: ArrayLike<number>,
): Uint16Array {
  return Uint16Array.from(at, (x) => {
    let sum = 0;
    for (let i = 0; i < members.length; i++) if (members[i] !== x) sum += log[x ^ members[i]!]!;
    return sum % order;
  });
}

function logsTransformed(field: Field, size: number): Int32Array {
  const bySize = transformedLogs.get(field) ?? new Map<number, Int32Array>();
  transformedLogs.set(field, bySize);
  let logs = bySize.get(size);
  if (logs === undefined) {
    logs = Int32Array.from(field.log.subarray(0, size));
    logs[0] = 0;
    walshHadamard(logs, field.order);
    bySize.set(size, logs);
  }
  return logs;
}

/** In place, modulo `order`; values stay in 0..order-1. */
function walshHadamard(values: Int32Array, order: number): void {
  for (let width = 1; width < values.length; width *= 2) {
    for (let block = 0; block < values.length; block += 2 * width) {
      for (let i = block; i < block + width; i++) {
        const sum = values[i]! + values[i + width]!;
        const difference = values[i]! - values[i + width]!;
        values[i] = sum >= order ? sum - order : sum;
        values[i + width] = difference < 0 ? difference + order : difference;
      }
    }
  }
}
