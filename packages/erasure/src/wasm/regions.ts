/**
 * Regions of a kernel's memory for workspaces that are opened and closed in any order: first fit in a
 * list of gaps, which are joined when regions are given back. Memory grows only when no gap is large
 * enough, and never shrinks.
 */
import type { Pointer } from './kernel-exports.ts';

/** Regions start at whole cache lines. */
const ALIGNMENT = 64;
const PAGE_BYTES = 65_536;

type Gap = { start: Pointer; end: Pointer };

export class Regions {
  readonly #memory: WebAssembly.Memory;
  /** Ascending, never adjacent. */
  readonly #gaps: Gap[];

  constructor(memory: WebAssembly.Memory, heapBase: Pointer) {
    this.#memory = memory;
    this.#gaps = [{ start: aligned(heapBase), end: memory.buffer.byteLength }];
  }

  /** Throws RangeError if the memory cannot grow. */
  take(size: number): Pointer {
    const wanted = aligned(size);
    let gap = this.#gaps.find(({ start, end }) => end - start >= wanted);
    gap ??= this.#grow(wanted);
    const { start } = gap;
    gap.start += wanted;
    if (gap.start === gap.end) this.#gaps.splice(this.#gaps.indexOf(gap), 1);
    return start;
  }

  give(start: Pointer, size: number): void {
    const end = start + aligned(size);
    const next = this.#gaps.findIndex((gap) => gap.start >= end);
    const at = next === -1 ? this.#gaps.length : next;
    const [before, after] = [this.#gaps[at - 1], this.#gaps[at]];
    if (before?.end === start && after?.start === end) {
      before.end = after.end;
      this.#gaps.splice(at, 1);
    } else if (before?.end === start) before.end = end;
    else if (after?.start === end) after.start = start;
    else this.#gaps.splice(at, 0, { start, end });
  }

  /** The last gap, made large enough. */
  #grow(wanted: number): Gap {
    const end = this.#memory.buffer.byteLength;
    let last = this.#gaps.at(-1);
    const start = last?.end === end ? last.start : end;
    const pages = Math.ceil((start + wanted - end) / PAGE_BYTES);
    try {
      this.#memory.grow(pages);
    } catch {
      throw new RangeError(`the kernel's memory cannot grow by ${pages} pages`);
    }
    if (last === undefined || last.end !== end) {
      last = { start, end };
      this.#gaps.push(last);
    }
    last.end = this.#memory.buffer.byteLength;
    return last;
  }
}

function aligned(size: number): number {
  return Math.ceil(size / ALIGNMENT) * ALIGNMENT;
}
