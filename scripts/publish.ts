/**
 * Publishes the tarballs that scripts/pack-check.ts made and tried, dependencies first, with npm
 * (trusted publishing by OIDC and provenance when run by release.yml). A version that is on the
 * registry already is left alone, so an interrupted release can be run again.
 *
 * Usage: node scripts/publish.ts [--publish] TARBALLS     (the default is a dry run)
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { check, finish } from './checks.ts';
import { type Manifest, publishedPackages, run } from './workspace.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { publish: { type: 'boolean', default: false } },
});
const [tarballs] = positionals;
if (tarballs === undefined) throw new Error('usage: publish.ts [--publish] TARBALLS');

for (const { manifest } of publishedPackages()) {
  const { name, version } = manifest;
  await check(`${name}@${version}`, () => {
    if (isPublished(manifest)) return console.log(`        ${name}@${version} is on npm already`);
    if (values.publish && version === '0.0.0') throw new Error('run "changeset version" first');
    const tarball = join(resolve(tarballs), `${name.slice(1).replace('/', '-')}-${version}.tgz`);
    if (!existsSync(tarball)) throw new Error(`no ${tarball}: run scripts/pack-check.ts first`);
    const how = values.publish ? ['--provenance'] : ['--dry-run'];
    npm(['publish', tarball, '--access', 'public', ...how]);
  });
}
finish();

/** Asks the registry; anything but the version or "not found" is an error. */
function isPublished({ name, version }: Manifest): boolean {
  const { status, stdout, stderr } = run(['npm', 'view', `${name}@${version}`, 'version']);
  if (status === 0) return stdout.trim() === version;
  if (stderr.includes('E404')) return false;
  throw new Error(`npm view ${name}: ${stderr}`);
}

function npm(args: readonly string[]): void {
  const { status, stdout, stderr } = run(['npm', ...args]);
  console.log(`${stdout}${stderr}`.trimEnd());
  if (status !== 0) throw new Error(`npm ${args.join(' ')}: status ${status}`);
}
