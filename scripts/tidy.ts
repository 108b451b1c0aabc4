/**
 * The rules of ARCHITECTURE.md and STYLE.md that a machine can decide, as pure functions from files
 * to problems: import direction, no Node built-ins in libraries, declared dependencies, no cycles,
 * no dead files, file names, left-over marks, large files, pinned actions.
 */
import { builtinModules } from 'node:module';
import { dirname, join, normalize } from 'node:path';

/** Text of each file by its path from the root, with forward slashes. */
export type Files = ReadonlyMap<string, string>;

/** Packages of ours that a package's sources may import. Examples, tests and bench: any. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  bls: [],
  'da-sampling': ['bls', 'kzg'],
  erasure: [],
  kzg: [],
  'tee-attest': [],
};

/** Files that stand alike in several packages, as those share no code. */
const COPIES: readonly (readonly [string, string])[] = [
  ['packages/erasure/src/worker-port.ts', 'packages/kzg/src/worker-port.ts'],
];

const MAX_FILE_BYTES = 300_000;
const VAGUE_NAME = /(^|\/)(utils?|helpers?|common|types|misc|shared)(\.[a-z.]+)?(\/|$)/;
/** Written in two parts so that this file does not find itself. */
const MARK = new RegExp(
  `\\b(TO${''}DO|FIX${''}ME|X${''}XX|HA${''}CK)\\b|@ts-(ignore|no${''}check)`,
);
const WEAK_TEST = new RegExp(`\\b(test|it|describe)\\.(skip|only|todo)${''}\\b|retry:`);
const IMPORT =
  /(?:^|[;\s])(?:import|export)\s(?:[\w\s{},*$]*?\sfrom\s)?'([^']+)'|import\(\s*'([^']+)'/g;

/** All problems of a tree, each a line that starts with the file. */
export function findProblems(files: Files): string[] {
  return [
    ...importProblems(files),
    ...cycles(files),
    ...deadFiles(files),
    ...nameProblems(files),
    ...marks(files),
    ...manifestProblems(files),
    ...unpinnedActions(files),
    ...unannounced(files),
    ...strayCopies(files),
  ];
}

/** Imports against the direction, of Node built-ins, of undeclared packages, or out of the package. */
export function importProblems(files: Files): string[] {
  const problems: string[] = [];
  for (const [path, text] of files) {
    const owner = /^packages\/([^/]+)\/src\/.*\.ts$/.exec(path)?.[1];
    if (owner === undefined) continue;
    const declared = dependenciesOf(files, owner);
    for (const specifier of importsOf(text)) {
      const ours = /^@barycenter\/([^/]+)/.exec(specifier)?.[1];
      if (specifier.startsWith('.')) {
        const target = resolve(path, specifier);
        if (specifier.endsWith('.wasm')) continue; // binary, so not among the files
        if (!specifier.endsWith('.ts')) problems.push(`${path}: ${specifier} does not end in .ts`);
        else if (!files.has(target)) problems.push(`${path}: ${specifier} does not exist`);
        else if (!target.startsWith(`packages/${owner}/src/`)) {
          problems.push(`${path}: ${specifier} leaves the package`);
        }
      } else if (specifier.startsWith('node:') || builtinModules.includes(specifier)) {
        problems.push(`${path}: Node built-in ${specifier} in a library`);
      } else if (ours !== undefined && !MAY_IMPORT[owner]?.includes(ours)) {
        problems.push(`${path}: ${owner} must not import ${specifier}`);
      } else if (!declared.includes(packageName(specifier))) {
        problems.push(`${path}: ${specifier} is not a dependency of packages/${owner}`);
      }
    }
  }
  return problems;
}

/** Each import cycle among our files, once, as a chain of paths. */
export function cycles(files: Files): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, chain: readonly string[]): void => {
    const start = chain.indexOf(path);
    if (start >= 0)
      found.push(`${path}: import cycle ${[...chain.slice(start), path].join(' -> ')}`);
    if (start >= 0 || done.has(path)) return;
    for (const target of relativeImports(files, path)) visit(target, [...chain, path]);
    done.add(path);
  };
  for (const path of files.keys()) if (isCode(path)) visit(path, []);
  return found;
}

/** Sources of a package that neither an entry nor a test reaches; declarations are reached by types. */
export function deadFiles(files: Files): string[] {
  const reached = new Set<string>();
  const reach = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const target of relativeImports(files, path)) reach(target);
  };
  for (const [path, text] of files) {
    if (/^packages\/[^/]+\/package\.json$/.test(path)) {
      for (const source of text.matchAll(/"\.\/(src\/[^"]+)"/g)) {
        reach(`${dirname(path)}/${source[1]}`);
      }
    }
    if (/^packages\/[^/]+\/(test|bench)\//.test(path)) reach(path);
  }
  return [...files.keys()]
    .filter((path) => /^packages\/[^/]+\/src\/.*\.ts$/.test(path) && !path.endsWith('.d.ts'))
    .filter((path) => !reached.has(path))
    .map((path) => `${path}: reached by no entry and no test`);
}

/** Names that say nothing, files too large for a repository, and indexes that do more than re-export. */
export function nameProblems(files: Files): string[] {
  const problems: string[] = [];
  for (const [path, text] of files) {
    if (VAGUE_NAME.test(path)) problems.push(`${path}: a name that says nothing`);
    if (text.length > MAX_FILE_BYTES) problems.push(`${path}: ${text.length} bytes`);
    if (/^packages\/[^/]+\/src\/index\.ts$/.test(path) && /^export \*/m.test(text)) {
      problems.push(`${path}: re-exports by *, not by name`);
    }
  }
  return problems;
}

/** Marks of unfinished work, silenced checkers and weakened tests. */
export function marks(files: Files): string[] {
  const problems: string[] = [];
  for (const [path, text] of files) {
    if (!/\.(ts|mjs|json|ya?ml|md)$/.test(path) || path === 'pnpm-lock.yaml') continue;
    const test = path.endsWith('.test.ts') && !path.startsWith('scripts/');
    for (const [index, line] of text.split('\n').entries()) {
      const mark = MARK.exec(line) ?? (test ? WEAK_TEST.exec(line) : null);
      if (mark !== null) problems.push(`${path}:${index + 1}: ${mark[0]}`);
    }
  }
  return problems;
}

/** Dependencies that are not pinned by the catalog, or declared by a library and not used. */
export function manifestProblems(files: Files): string[] {
  const problems: string[] = [];
  for (const [path, text] of files) {
    if (!path.endsWith('package.json')) continue;
    const manifest = JSON.parse(text) as Record<string, Record<string, string> | undefined>;
    for (const field of ['dependencies', 'devDependencies', 'optionalDependencies']) {
      for (const [name, version] of Object.entries(manifest[field] ?? {})) {
        if (!/^(catalog:|workspace:[*^]|npm:[\w-]+@\d+\.\d+\.\d+)$/.test(version)) {
          problems.push(`${path}: ${name} ${version} is not pinned by the catalog`);
        }
      }
    }
    const folder = /^packages\/[^/]+/.exec(path)?.[0];
    if (folder === undefined) continue;
    const used = new Set<string>();
    for (const [source, code] of files) {
      if (!source.startsWith(`${folder}/src/`)) continue;
      for (const specifier of importsOf(code)) used.add(packageName(specifier));
    }
    for (const name of Object.keys(manifest.dependencies ?? {})) {
      if (!used.has(name)) problems.push(`${path}: dependency ${name} is not used`);
    }
  }
  return problems;
}

/** Workflow steps that use an action by a movable name. */
export function unpinnedActions(files: Files): string[] {
  const problems: string[] = [];
  for (const [path, text] of files) {
    if (!path.startsWith('.github/workflows/')) continue;
    for (const [, action] of text.matchAll(/^\s*-?\s*uses:\s*(\S+)/gm)) {
      if (!/@[0-9a-f]{40}$/.test(action!)) problems.push(`${path}: ${action} is not pinned`);
    }
  }
  return problems;
}

/** Packages never released that no changeset announces. */
export function unannounced(files: Files): string[] {
  const notes = [...files].filter(([path]) => /^\.changeset\/[\w-]+\.md$/.test(path));
  return [...files]
    .filter(([path]) => /^packages\/[^/]+\/package\.json$/.test(path))
    .map(([path, text]) => ({ path, manifest: JSON.parse(text) as Record<string, unknown> }))
    .filter(({ manifest }) => manifest.private !== true && manifest.version === '0.0.0')
    .filter(({ manifest }) => !notes.some(([, note]) => note.includes(`"${manifest.name}": `)))
    .map(({ path }) => `${path}: version 0.0.0 without a changeset`);
}

/** Specifiers of static and dynamic imports and of re-exports; comments are not code. */
/** Copies that were not changed together. */
export function strayCopies(files: Files): string[] {
  return COPIES.filter(([one, other]) => files.get(one) !== files.get(other)).map(
    ([one, other]) => `${one}: differs from its copy ${other}`,
  );
}

function importsOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"])\/\/.*$/gm, '$1');
  return [...code.matchAll(IMPORT)].map((match) => (match[1] ?? match[2])!);
}

function relativeImports(files: Files, path: string): string[] {
  return importsOf(files.get(path) ?? '')
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => resolve(path, specifier))
    .filter((target) => files.has(target));
}

function resolve(from: string, specifier: string): string {
  return normalize(join(dirname(from), specifier)).replaceAll('\\', '/');
}

function isCode(path: string): boolean {
  return /\.(ts|mjs)$/.test(path);
}

/** "@noble/curves/bls12-381.js" belongs to "@noble/curves". */
function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function dependenciesOf(files: Files, owner: string): string[] {
  const text = files.get(`packages/${owner}/package.json`) ?? '{}';
  const manifest = JSON.parse(text) as Record<string, Record<string, string> | undefined>;
  return [
    ...Object.keys(manifest.dependencies ?? {}),
    ...Object.keys(manifest.peerDependencies ?? {}),
  ];
}
