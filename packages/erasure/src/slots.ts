/**
 * A workspace with its views, which are made once and again after memory has moved. On WebAssembly, growth detaches
 * every view; the workspace then has another buffer, which is how it is noticed.
 */
import type { Workspace } from './engine.ts';

export class Slots {
  readonly workspace: Workspace;
  #buffer: ArrayBufferLike;
  readonly #views: (Uint8Array | undefined)[] = [];

  constructor(workspace: Workspace) {
    this.workspace = workspace;
    this.#buffer = workspace.slot(0).buffer;
  }

  /** Forgets the views if memory has moved. To be called before views are used, not for each. */
  refresh(): void {
    const { buffer } = this.workspace.slot(0);
    if (buffer === this.#buffer) return;
    this.#buffer = buffer;
    this.#views.length = 0;
  }

  view(index: number): Uint8Array {
    let view = this.#views[index];
    if (view === undefined) {
      view = this.workspace.slot(index);
      this.#views[index] = view;
    }
    return view;
  }
}
