/** The runnable code of a README: its fenced `ts` blocks, each a whole ESM module. */

/** A fenced block: the line of its first code line (from 1), and its code. */
export type CodeBlock = { readonly line: number; readonly code: string };

/** Every block fenced as exactly ```ts; other languages are not run. */
export function tsBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const lines = markdown.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const fence = /^(`{3,})(\S*)\s*$/.exec(lines[i]!);
    if (fence === null) continue;
    const end = lines.findIndex((line, at) => at > i && line.trimEnd() === fence[1]);
    if (end < 0) throw new Error(`line ${i + 1}: a block that is never closed`);
    if (fence[2] === 'ts') blocks.push({ line: i + 2, code: lines.slice(i + 1, end).join('\n') });
    i = end;
  }
  return blocks;
}
