/**
 * TCB info of a platform family (FMSPC): which versions of microcode, PCE and TDX module Intel
 * knows, and what each is worth. PCS API version 4, "TCB Info V3", with exactly 16 components.
 * Version 2, without TDX and no longer published, is refused.
 */
import type { CollateralFacts, TcbStatus } from './facts.ts';
import {
  readStatement,
  type StatementLevel,
  type StatementReader,
  sortLevels,
} from './statement.ts';

/** A level of a platform. */
export interface PlatformLevel extends StatementLevel {
  /** 16 versions. */
  readonly sgx: readonly number[];
  /** 16 versions, or none in TCB info of SGX. */
  readonly tdx: readonly number[];
  readonly pceSvn: number;
}

/** A level of something with one security version: a TDX module, a quoting enclave. */
export interface SvnLevel extends StatementLevel {
  readonly isvSvn: number;
}

/** What a TDX module must be. */
export interface TdxModule {
  /** 48 bytes. */
  readonly mrSigner: Uint8Array;
  /** 8 bytes each. */
  readonly attributes: Uint8Array;
  readonly attributesMask: Uint8Array;
}

/** A TDX module of one major version. */
export interface TdxModuleIdentity extends TdxModule {
  /** `TDX_` and the major version in two upper-case hexadecimal digits. */
  readonly id: string;
  /** From the highest version to the lowest. */
  readonly levels: readonly SvnLevel[];
}

/** Parsed TCB info. */
export interface TcbInfo extends CollateralFacts {
  readonly id: 'SGX' | 'TDX';
  /** 6 bytes. */
  readonly fmspc: Uint8Array;
  /** 2 bytes. */
  readonly pceId: Uint8Array;
  /** From the highest versions to the lowest, whatever the order of the text. */
  readonly levels: readonly PlatformLevel[];
  /** The module of major version 0; of TDX only. */
  readonly tdxModule: TdxModule | undefined;
  readonly tdxModuleIdentities: readonly TdxModuleIdentity[];
}

const COMPONENTS = 16;
const MAX_MODULES = 256;
const VERSIONS = { SGX: [3], TDX: [3] } as const;
const PLATFORM_STATUSES: readonly TcbStatus[] = [
  'UpToDate',
  'SWHardeningNeeded',
  'ConfigurationNeeded',
  'ConfigurationAndSWHardeningNeeded',
  'OutOfDate',
  'OutOfDateConfigurationNeeded',
  'Revoked',
];
/** Statuses of modules and enclaves. */
export const SVN_STATUSES: readonly TcbStatus[] = ['UpToDate', 'OutOfDate', 'Revoked'];

/**
 * Parses the text of a `tcbInfo` object. Its signature is not looked at.
 * @throws TeeError `tcb_info_malformed`.
 */
export function parseTcbInfo(text: string): TcbInfo {
  const reader = readStatement(text, 'tcb_info_malformed');
  const heading = reader.heading(VERSIONS);
  const isTdx = heading.id === 'TDX';
  if (reader.integer('tcbType', 255) !== 0) throw reader.malformed('unknown order of components');
  const modules = reader.has('tdxModuleIdentities')
    ? reader.list('tdxModuleIdentities', MAX_MODULES).map(readModuleIdentity)
    : [];
  if (new Set(modules.map(({ id }) => id)).size < modules.length) {
    throw reader.malformed('the same module twice');
  }
  const levels = reader.list('tcbLevels').map((level) => readLevel(level, isTdx));
  return {
    ...heading,
    fmspc: reader.bytes('fmspc', 6),
    pceId: reader.bytes('pceId', 2),
    levels: sortLevels(levels, ({ sgx, pceSvn, tdx }) => [...sgx, pceSvn, ...tdx], reader),
    tdxModule: isTdx ? readModule(reader.object('tdxModule')) : undefined,
    tdxModuleIdentities: modules,
  };
}

/** Levels that carry one `isvsvn`, from the highest to the lowest. */
export function readSvnLevels(reader: StatementReader): readonly SvnLevel[] {
  const levels = reader.list('tcbLevels').map((level) => ({
    ...level.level(SVN_STATUSES),
    isvSvn: level.object('tcb').integer('isvsvn', 65_535),
  }));
  return sortLevels(levels, ({ isvSvn }) => [isvSvn], reader);
}

function readLevel(level: StatementReader, isTdx: boolean): PlatformLevel {
  const tcb = level.object('tcb');
  return {
    ...level.level(PLATFORM_STATUSES),
    sgx: readComponents(tcb, 'sgxtcbcomponents'),
    tdx: isTdx ? readComponents(tcb, 'tdxtcbcomponents') : [],
    pceSvn: tcb.integer('pcesvn', 65_535),
  };
}

function readComponents(tcb: StatementReader, name: string): readonly number[] {
  const components = tcb.list(name).map((component) => component.integer('svn', 255));
  if (components.length !== COMPONENTS) {
    throw tcb.malformed(`${components.length} ${name} instead of ${COMPONENTS}`);
  }
  return components;
}

function readModule(reader: StatementReader): TdxModule {
  return {
    mrSigner: reader.bytes('mrsigner', 48),
    attributes: reader.bytes('attributes', 8),
    attributesMask: reader.bytes('attributesMask', 8),
  };
}

function readModuleIdentity(reader: StatementReader): TdxModuleIdentity {
  const id = reader.text('id').toUpperCase();
  if (!/^TDX_[0-9A-F]{2}$/.test(id)) throw reader.malformed('a module without major version');
  return { id, ...readModule(reader), levels: readSvnLevels(reader) };
}
