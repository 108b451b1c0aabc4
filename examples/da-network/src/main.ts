/**
 * The command `barycenter`: parse, run, print, choose the exit code. Results go to stdout, as text or
 * as one JSON document; refusals go to stderr (and with --json also to stdout, as that document).
 */
import { join, resolve } from 'node:path';
import { type Command, HELP, parseCommand, wantsJson } from './arguments.ts';
import { demo } from './demo.ts';
import { exitCodeOf, NetworkError } from './errors.ts';
import { get } from './get.ts';
import { createProgress, type TextStream } from './progress.ts';
import { put } from './put.ts';
import { renderGet, renderPut, renderSample, renderVerify } from './render.ts';
import { sample } from './sample.ts';
import { type Session, withSession } from './session.ts';
import { verify } from './verify.ts';

/** The outside of the program. */
export interface Streams {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
}

/** Runs one command line; resolves to the exit code and never rejects. */
export async function main(argv: readonly string[], streams: Streams): Promise<0 | 1 | 2> {
  try {
    const command = parseCommand(argv);
    if (command.name === 'help') {
      streams.stdout.write(HELP);
      return 0;
    }
    const outcome = await run(command, streams);
    if (command.json) {
      const document = { ok: outcome.ok, command: command.name, ...outcome.report };
      streams.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    } else streams.stdout.write(outcome.text);
    return outcome.ok ? 0 : 1;
  } catch (cause) {
    return refuse(cause, { streams, json: wantsJson(argv) });
  }
}

interface Outcome {
  readonly ok: boolean;
  readonly report: object;
  readonly text: string;
}

type Working = Exclude<Command, { name: 'help' }>;

async function run(command: Working, { stdout, stderr }: Streams): Promise<Outcome> {
  const progress = createProgress(stderr);
  const folder = resolve(command.dir);
  const { nodes, profile, workers } = command;
  const options = { folder, nodes, profile, workers, progress };
  const inSession = <T>(create: boolean, work: (session: Session) => Promise<T>): Promise<T> =>
    withSession({ ...options, create }, work);
  switch (command.name) {
    case 'put': {
      const { file, blobBytes: partBytes } = command;
      const report = await inSession(true, (session) => put(file, { session, partBytes }));
      return { ok: true, report, text: renderPut(report) };
    }
    case 'get': {
      const { id, output, archive } = command;
      const report = await inSession(false, (session) =>
        get(id, { session, output, options: { archive } }),
      );
      return { ok: true, report, text: renderGet(report) };
    }
    case 'sample': {
      const { id, confidence } = command;
      const report = await inSession(false, (session) => sample(id, { session, confidence }));
      return { ok: true, report, text: renderSample(report) };
    }
    case 'verify': {
      const { file, id } = command;
      const report = await inSession(false, (session) => verify(file, { session, id }));
      return { ok: true, report, text: renderVerify(report) };
    }
    case 'demo': {
      const say = (line: string): void => {
        progress.show(undefined);
        if (!command.json) stdout.write(`${line}\n`);
      };
      const demoOptions = { ...options, folder: join(folder, 'demo'), say };
      const report = await demo(command.file, demoOptions);
      return { ok: report.claims.every(({ held }) => held), report, text: '' };
    }
  }
}

function refuse(cause: unknown, { streams, json }: { streams: Streams; json: boolean }): 1 | 2 {
  const error =
    cause instanceof NetworkError
      ? cause
      : new NetworkError(
          'internal',
          cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
        );
  const { code, reason, row, message } = error;
  if (json) {
    const document = { ok: false, code, reason, row, message };
    streams.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  }
  streams.stderr.write(`barycenter: ${code}: ${message}\n`);
  if (code === 'usage') streams.stderr.write('try: barycenter --help\n');
  return exitCodeOf(error);
}
